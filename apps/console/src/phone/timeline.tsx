/** The last 20 s of a call: marks that were played, clears that cut, keys, and when the media stream was open. */
import { useMessages } from '../i18n/language.js'
import { useFixed } from '../ui/fixed.js'
import type { PhoneCall, PhoneMoment } from './phone-state.js'

const SPAN_MS = 20_000
const WIDTH = 400
const HEIGHT = 44
const MIDDLE = 22

export function Timeline({ call }: { readonly call: PhoneCall }) {
  const words = useMessages().phone
  const fixed = useFixed()
  const fromMs = Math.max(0, call.atMs - SPAN_MS)
  const x = (atMs: number) => ((atMs - fromMs) / SPAN_MS) * WIDTH
  const shown = call.moments.filter(({ atMs }) => atMs >= fromMs)
  const newest = call.moments.slice(-6).reverse()
  return (
    <figure className="phone-timeline">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={words.timeline}
        preserveAspectRatio="none"
      >
        <path className="timeline-base" d={`M0 ${MIDDLE}H${WIDTH}`} />
        {shown.map(moment => (
          <path
            key={`${moment.kind}${moment.atMs}${moment.text}`}
            className={`timeline-${moment.kind}`}
            d={`M${x(moment.atMs).toFixed(1)} ${moment.kind === 'mark' ? MIDDLE - 8 : 4}V${moment.kind === 'mark' ? MIDDLE + 8 : HEIGHT - 4}`}
          />
        ))}
      </svg>
      <ol className="phone-moments">
        {newest.map(moment => (
          <li key={`${moment.kind}${moment.atMs}${moment.text}`} data-kind={moment.kind}>
            <span>{fixed(moment.atMs / 1000, 2)} s</span>
            <span>{textOf(moment, words)}</span>
          </li>
        ))}
      </ol>
    </figure>
  )
}

function textOf({ kind, text }: PhoneMoment, words: ReturnType<typeof useMessages>['phone']): string {
  if (kind === 'mark') return words.mark(text)
  if (kind === 'clear') return words.clear(text)
  if (kind === 'key') return words.key(text)
  return text === '+' ? words.streamOpen : words.streamClosed
}
