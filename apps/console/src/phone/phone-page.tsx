/** A telephone at the gateway's phone emulator: dial it, or be called by it, and see what happens on the line. */
import { type FormEvent, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { useMessages } from '../i18n/language.js'
import { pathTo } from '../route.js'
import type { ConsoleSession } from '../session/console-session.js'
import { CallView } from './call-view.js'
import { Keypad } from './keypad.js'
import { createPhoneLine, type PhoneLine } from './phone-line.js'
import type { PhoneState } from './phone-state.js'

export function PhonePage({ session }: { readonly session: ConsoleSession }) {
  const messages = useMessages()
  const words = messages.phone
  const [line] = useState(() => createPhoneLine({ origin: location.origin, token: session.token }))
  const state = useSyncExternalStore(line.subscribe, line.snapshot)
  const heading = useRef<HTMLHeadingElement>(null)
  const [typed, setTyped] = useState<string>()
  useEffect(() => heading.current?.focus(), [])
  useEffect(() => () => line.disconnect(), [line])
  const dialled = typed ?? state.gatewayNumbers[0] ?? ''

  function press(key: string): void {
    if (state.call?.phase === 'connected') line.key(key)
    else if (key !== '#' && key !== '*') setTyped(`${typed ?? '+'}${key}`)
  }

  return (
    <section className="phone" aria-labelledby="phone-heading">
      <a className="history-back" href={pathTo('talk')}>
        <span aria-hidden="true">← </span>
        {messages.history.toTalk}
      </a>
      <h2 id="phone-heading" ref={heading} tabIndex={-1}>
        {words.heading}
      </h2>
      <p className="hint">{words.hint}</p>
      {state.problem !== undefined && (
        <p className="phone-problem" role="alert">
          {state.problem}
        </p>
      )}
      {state.link === 'ready' ? (
        <div className="phone-grid">
          <div>
            <DialForm dialled={dialled} setTyped={setTyped} state={state} line={line} />
            <Keypad press={press} />
            <Mouth state={state} line={line} />
            <NetworkSliders state={state} line={line} />
          </div>
          <CallView state={state} line={line} />
        </div>
      ) : (
        <Connect state={state} line={line} />
      )}
    </section>
  )
}

interface PartProps {
  readonly state: PhoneState
  readonly line: PhoneLine
}

function Connect({ state, line }: PartProps) {
  const words = useMessages().phone
  const [number, setNumber] = useState(state.number)
  function submit(event: FormEvent): void {
    event.preventDefault()
    line.connect(number.trim())
  }
  return (
    <form className="phone-form" onSubmit={submit}>
      {state.link === 'lost' && (
        <p className="phone-problem" role="alert">
          {words.lost}
        </p>
      )}
      <label>
        {words.ownNumber}
        <input type="tel" value={number} onChange={event => setNumber(event.target.value)} />
      </label>
      <button type="submit" className="button button-main" disabled={state.link === 'connecting'}>
        {state.link === 'connecting' ? words.connecting : words.connect}
      </button>
    </form>
  )
}

interface DialProps extends PartProps {
  readonly dialled: string
  readonly setTyped: (number: string) => void
}

function DialForm({ dialled, setTyped, state, line }: DialProps) {
  const words = useMessages().phone
  function submit(event: FormEvent): void {
    event.preventDefault()
    line.dial(dialled.trim())
  }
  return (
    <form className="phone-form" onSubmit={submit}>
      <p className="hint">{words.registered(state.number)}</p>
      <label>
        {words.callNumber}
        <input type="tel" value={dialled} onChange={event => setTyped(event.target.value)} />
      </label>
      <button
        type="submit"
        className="button button-main"
        disabled={state.call !== undefined || dialled === ''}
      >
        {words.dial}
      </button>
    </form>
  )
}

function Mouth({ state, line }: PartProps) {
  const messages = useMessages()
  const words = messages.phone
  const file = useRef<HTMLInputElement>(null)
  const { mouth, mouthFault } = state
  const cures: Readonly<Record<string, string>> = messages.problem.cures
  return (
    <div className="phone-mouth">
      <div className="phone-buttons">
        <button
          type="button"
          className="button"
          aria-pressed={mouth === 'microphone'}
          onClick={() => line.speak(mouth === 'microphone' ? 'silent' : 'microphone')}
        >
          {mouth === 'microphone' ? words.microphoneOff : words.microphone}
        </button>
        <button
          type="button"
          className="button"
          aria-pressed={mouth === 'recording'}
          onClick={() => (mouth === 'recording' ? line.speak('silent') : file.current?.click())}
        >
          {mouth === 'recording' ? words.recordingStop : words.recording}
        </button>
      </div>
      <input
        ref={file}
        type="file"
        accept="audio/*"
        className="unseen"
        tabIndex={-1}
        aria-label={words.recording}
        onChange={event => {
          const [chosen] = event.target.files ?? []
          event.target.value = ''
          void chosen?.arrayBuffer().then(line.speak)
        }}
      />
      {mouthFault !== undefined && (
        <p className="phone-problem" role="alert">
          {cures[mouthFault] ?? mouthFault}
        </p>
      )}
    </div>
  )
}

function NetworkSliders({ state, line }: PartProps) {
  const words = useMessages().phone
  return (
    <fieldset className="phone-network">
      <legend>{words.network}</legend>
      <label>
        <span>{words.jitter(state.jitterMs)}</span>
        <input
          type="range"
          min={0}
          max={300}
          step={10}
          value={state.jitterMs}
          onChange={event => line.network({ jitterMs: Number(event.target.value) })}
        />
      </label>
      <label>
        <span>{words.loss(state.lossPercent)}</span>
        <input
          type="range"
          min={0}
          max={30}
          value={state.lossPercent}
          onChange={event => line.network({ lossPercent: Number(event.target.value) })}
        />
      </label>
    </fieldset>
  )
}
