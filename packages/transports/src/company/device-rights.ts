/** Who may be what in whose conversation. */
import { ParleyError } from '@parley/core'
import type { DeviceRole } from '@parley/protocol'
import type { VoicePrincipal } from '../ws/voice-host.js'

/** Tokens that name nobody share this subject; sharing it is no proof of being the same person. */
const NOBODY = 'unnamed'

/** Whether the principal may be this in a conversation of the owner's. */
export function mayBe(role: DeviceRole, principal: VoicePrincipal, owner: VoicePrincipal): boolean {
  if (principal.tenant !== owner.tenant) return false
  if (principal.subject === owner.subject && principal.subject !== NOBODY) return true
  const { scopes = [] } = principal
  if (role === 'listener') return scopes.includes('sessions:watch') || scopes.includes('sessions:steer')
  return scopes.includes('sessions:steer')
}

/** Of a device that says something and may only listen. */
export function listenerForbidden(): ParleyError {
  return new ParleyError('forbidden', 'A listener only listens; join as `controller` to type or interrupt.')
}

/** Throws `not_found`, whether there is no such conversation or it is not for this principal. */
export function noSuchSession(): ParleyError {
  return new ParleyError('not_found', 'There is no such conversation now, or it is not yours to join.')
}
