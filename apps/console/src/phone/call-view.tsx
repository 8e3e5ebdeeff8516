/** One call: whom with, its state, buttons, meters and what happened in it. */
import { useMessages } from '../i18n/language.js'
import { useFixed } from '../ui/fixed.js'
import type { PhoneLine } from './phone-line.js'
import type { PhoneCall, PhoneState } from './phone-state.js'
import { Timeline } from './timeline.js'

/** A buffer that fills its meter, ms. */
const FULL_BUFFER_MS = 400
const FLOOR_DBFS = -60

interface CallProps {
  readonly state: PhoneState
  readonly line: PhoneLine
}

export function CallView({ state, line }: CallProps) {
  const words = useMessages().phone
  const { call, last } = state
  const shown = call ?? last
  if (shown === undefined) return <p className="hint">{words.idle}</p>
  return (
    <div className="phone-call" data-phase={call?.phase ?? 'over'}>
      <p className="phone-state" role="status">
        <strong>{call === undefined ? words.over(last?.status ?? '') : words.phase[call.phase]}</strong>
        <span>{shown.other}</span>
        <span className="phone-time">{(shown.atMs / 1000).toFixed(0)} s</span>
      </p>
      {call !== undefined && <CallButtons call={call} line={line} />}
      <Meters call={shown} />
      <Timeline call={shown} />
    </div>
  )
}

function CallButtons({ call, line }: { readonly call: PhoneCall; readonly line: PhoneLine }) {
  const words = useMessages().phone
  const rings = call.phase === 'ringing'
  return (
    <div className="phone-buttons">
      {rings && (
        <button type="button" className="button button-main" onClick={line.answer}>
          {words.answer}
        </button>
      )}
      <button type="button" className="button" onClick={rings ? line.refuse : line.hangUp}>
        {rings ? words.refuse : words.hangUp}
      </button>
    </div>
  )
}

function Meters({ call }: { readonly call: PhoneCall }) {
  const words = useMessages().phone
  const fixed = useFixed()
  const share = (dbfs: number) => Math.max(0, Math.min(1, 1 - dbfs / FLOOR_DBFS))
  return (
    <dl className="phone-meters">
      <dt>{words.ear}</dt>
      <dd>
        <meter min={0} max={1} value={share(call.heardDbfs)} aria-label={words.ear} />
        <span>{words.heard(fixed(call.heardMs / 1000, 1))}</span>
      </dd>
      <dt>{words.mouth}</dt>
      <dd>
        <meter min={0} max={1} value={share(call.spokenDbfs)} aria-label={words.mouth} />
      </dd>
      <dt>{words.buffer}</dt>
      <dd>
        <meter
          min={0}
          max={FULL_BUFFER_MS}
          value={Math.min(FULL_BUFFER_MS, call.bufferedMs)}
          aria-label={words.buffer}
        />
        <span>{call.bufferedMs} ms</span>
      </dd>
    </dl>
  )
}
