export type { ContextSource, Enricher, Enrichment, Fact } from '@parley/core'
