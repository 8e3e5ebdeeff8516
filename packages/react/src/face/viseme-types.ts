/** The wire's own types under the names the face uses. */
import type { ProsodyFrameFields, SideMessage } from '@parley/protocol'

export type { ProsodyFrameFields }
export type VisemeCueFields = Extract<SideMessage, { type: 'visemes' }>['cues'][number]
