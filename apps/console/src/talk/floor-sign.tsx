/** Who has the floor, in words and in shape: the left circle is the person, the right one the agent. */
import type { Floor } from '@parley/client'
import { useMessages } from '../i18n/language.js'

type Shape = 'full' | 'ring' | 'half' | 'dots'

/** A full circle speaks, a half one paused, dots think, a ring is silent. */
const shapes: Readonly<Record<Floor | 'away', readonly [user: Shape, agent: Shape]>> = {
  open: ['ring', 'ring'],
  user: ['full', 'ring'],
  pause: ['half', 'ring'],
  thinking: ['ring', 'dots'],
  agent: ['ring', 'full'],
  overlap: ['full', 'full'],
  away: ['ring', 'ring'],
}

export function FloorSign({ floor }: { readonly floor: Floor | 'away' }) {
  const messages = useMessages()
  return (
    <div className="floor" data-floor={floor}>
      <FloorShape floor={floor} />
      <p>{messages.floor[floor]}</p>
    </div>
  )
}

/** The sign without its words, which stand beside it. */
export function FloorShape({ floor }: { readonly floor: Floor | 'away' }) {
  const [user, agent] = shapes[floor]
  return (
    <svg viewBox="0 0 64 32" width="64" height="32" aria-hidden="true">
      <g className="floor-user">
        <Voice shape={user} x={floor === 'overlap' ? 25 : 18} />
      </g>
      <g className="floor-agent">
        <Voice shape={agent} x={floor === 'overlap' ? 39 : 46} />
      </g>
    </svg>
  )
}

function Voice({ shape, x }: { readonly shape: Shape; readonly x: number }) {
  if (shape === 'full') return <circle cx={x} cy="16" r="11" className="voice-full" />
  if (shape === 'ring') return <circle cx={x} cy="16" r="8" className="voice-ring" />
  if (shape === 'half') {
    return (
      <>
        <circle cx={x} cy="16" r="8" className="voice-ring" />
        <path d={`M${x} 8a8 8 0 0 1 0 16Z`} className="voice-full" />
      </>
    )
  }
  return (
    <>
      {[-7, 0, 7].map(offset => (
        <circle key={offset} cx={x + offset} cy="16" r="2.6" className="voice-full" />
      ))}
    </>
  )
}
