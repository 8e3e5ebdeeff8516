/** One line to type a turn. It is always there: the page works without a microphone. */
import { type FormEvent, memo, useState } from 'react'
import { useMessages } from '../i18n/language.js'
import type { ConsoleSession } from '../session/console-session.js'

const MAX_LENGTH = 4000

export const Composer = memo(({ session }: { readonly session: ConsoleSession }) => {
  const words = useMessages().conversation
  const [text, setText] = useState('')

  function submit(event: FormEvent): void {
    event.preventDefault()
    if (text.trim() === '') return
    setText('')
    void session.sendText(text).then(taken => {
      // What was not taken comes back, unless something new was begun.
      if (!taken) setText(now => (now === '' ? text : now))
    })
  }

  return (
    <form className="composer" onSubmit={submit}>
      <label className="unseen" htmlFor="composer-text">
        {words.type}
      </label>
      <input
        id="composer-text"
        type="text"
        autoComplete="off"
        enterKeyHint="send"
        maxLength={MAX_LENGTH}
        placeholder={words.placeholder}
        value={text}
        onChange={event => setText(event.target.value)}
      />
      <button type="submit" className="button button-main" disabled={text.trim() === ''}>
        {words.send}
      </button>
    </form>
  )
})
