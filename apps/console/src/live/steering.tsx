/**
 * What may be done in a live conversation, each step by a button of its own: listen in, join in, interrupt, take over, end.
 * What cannot be undone asks once more, in place.
 */
import type { ClientError, VoiceSnapshot } from '@parley/client'
import { type FormEvent, useState } from 'react'
import { usePageWords } from '../i18n/language.js'
import { send } from '../ui/send.js'
import type { Listening } from './use-listening.js'
import { type LiveWords, words as table } from './words.js'

interface SteeringProps {
  readonly id: string
  readonly token: string
  /** Whether more than to listen is allowed. */
  readonly may: boolean
  readonly listening: Listening
}

type Question = 'take-over' | 'end'

export function Steering({ id, token, may, listening }: SteeringProps) {
  const words = usePageWords(table)
  const { voice, state, join, leave } = listening
  const [asking, setAsking] = useState<Question>()
  const [problem, setProblem] = useState('')
  const live = state?.status === 'live'
  const steers = live && state.role !== 'listener'
  const speaks = live && state.role === 'speaker'
  const over = state === undefined || state.status === 'ended' || state.status === 'failed'

  async function end(): Promise<void> {
    setAsking(undefined)
    const sent = await send({ method: 'POST', path: `/api/sessions/${encodeURIComponent(id)}/end`, token })
    setProblem(sent.ok ? '' : sent.message)
  }

  function interrupt(): void {
    voice?.interrupt().catch((thrown: ClientError) => setProblem(thrown.message))
  }

  const error = problem !== '' ? problem : state?.error?.message
  return (
    <section className="live-steering">
      <div className="live-buttons">
        {over && (
          <button type="button" className="button button-main" onClick={() => join('listener')}>
            {words.listen}
          </button>
        )}
        {!over && may && state.role === 'listener' && (
          <button type="button" className="button button-main" onClick={() => join('controller')}>
            {words.join}
          </button>
        )}
        {steers && (
          <button type="button" className="button" onClick={interrupt}>
            {words.interrupt}
          </button>
        )}
        {steers && !speaks && (
          <button type="button" className="button" onClick={() => setAsking('take-over')}>
            {words.takeOver}
          </button>
        )}
        {may && (
          <button type="button" className="button live-end" onClick={() => setAsking('end')}>
            {words.end}
          </button>
        )}
        {!over && !speaks && (
          <button type="button" className="button" onClick={leave}>
            {words.leave}
          </button>
        )}
      </div>
      <p className="hint" role="status">
        {hintOf(state, words, may)}
      </p>
      {asking !== undefined && (
        <Sure
          text={asking === 'end' ? words.endSure : words.takeOverSure}
          no={() => setAsking(undefined)}
          yes={() => {
            setAsking(undefined)
            if (asking === 'end') void end()
            else void voice?.takeOver()
          }}
        />
      )}
      {error !== undefined && <p role="alert">{words.failed(error)}</p>}
      {steers && <TypeFor say={text => voice?.sendText(text)} failed={setProblem} />}
    </section>
  )
}

function hintOf(state: VoiceSnapshot | undefined, words: LiveWords, may: boolean): string {
  switch (state?.status) {
    case 'starting':
      return words.joining
    case 'reconnecting':
    case 'offline':
      return words.reconnecting
    case 'live':
      if (state.sound === 'blocked') return words.blocked
      if (state.role === 'speaker') return words.speaking
      if (state.role === 'controller') return words.controlling
      return may ? `${words.listening} ${words.join}: ${words.joinHint}` : words.listening
    default:
      return words.listenHint
  }
}

interface SureProps {
  readonly text: string
  readonly yes: () => void
  readonly no: () => void
}

function Sure({ text, yes, no }: SureProps) {
  const words = usePageWords(table)
  return (
    <div className="live-sure" role="alertdialog" aria-label={text}>
      <p>{text}</p>
      {/* biome-ignore lint/a11y/noAutofocus: the question takes the place of the button that was pressed. */}
      <button type="button" className="button" autoFocus onClick={no}>
        {words.no}
      </button>
      <button type="button" className="button live-end" onClick={yes}>
        {words.yes}
      </button>
    </div>
  )
}

interface TypeForProps {
  readonly say: (text: string) => void
  readonly failed: (message: string) => void
}

function TypeFor({ say, failed }: TypeForProps) {
  const words = usePageWords(table)
  const [text, setText] = useState('')
  function submit(event: FormEvent): void {
    event.preventDefault()
    if (text.trim() === '') return
    try {
      say(text)
      setText('')
      failed('')
    } catch (thrown) {
      failed(thrown instanceof Error ? thrown.message : String(thrown))
    }
  }
  return (
    <form className="live-type" onSubmit={submit}>
      <input
        type="text"
        aria-label={words.type}
        placeholder={words.type}
        autoComplete="off"
        enterKeyHint="send"
        maxLength={4000}
        value={text}
        onChange={event => setText(event.target.value)}
      />
      <button type="submit" className="button button-main" disabled={text.trim() === ''}>
        {words.send}
      </button>
    </form>
  )
}
