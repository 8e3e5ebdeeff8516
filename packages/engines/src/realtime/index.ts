export { createRealtimeEngine } from './realtime-engine.js'
export type * from './realtime-options.js'
