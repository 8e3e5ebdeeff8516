export * from './call.js'
export { ATTEMPT_FIELD, attemptIn, isAttempt } from './carrier/attempt-in.js'
export * from './carrier/carrier.js'
export type { CarrierWorld } from './carrier/carrier-world.js'
export { verifyHmac } from './carrier/hmac-signature.js'
export {
  createSignalWireCarrier,
  type SignalWireCodec,
  type SignalWireOptions,
  signalWireCodecs,
} from './carrier/signalwire.js'
export { createTwilioCarrier, type TwilioOptions } from './carrier/twilio.js'
export * from './control/call-control.js'
export * from './control/call-engine.js'
export * from './control/call-tools.js'
export * from './plan/phone-plan.js'
export * from './leads/lead-book.js'
export * from './leads/lead-letter.js'
export * from './leads/postgrest-lead-book.js'
export * from './leads/supabase-settings.js'
export * from './phone-number.js'
export * from './queue/job-queue.js'
export * from './store/after-attempt.js'
export * from './store/call-store.js'
export { NOT_TO_BE_CALLED } from './store/do-not-call.js'
export * from './store/fold-news.js'
export * from './store/sql-call-store.js'
export * from './tickets/sql-stream-tickets.js'
export * from './tickets/stream-tickets.js'
