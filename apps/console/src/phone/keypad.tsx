/** Twelve keys. In a call they are pressed into it, before one they write the number. */
import { useMessages } from '../i18n/language.js'

const keys = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#']

export function Keypad({ press }: { readonly press: (key: string) => void }) {
  const words = useMessages().phone
  return (
    <fieldset className="keypad">
      <legend className="unseen">{words.keys}</legend>
      {keys.map(key => (
        <button key={key} type="button" className="keypad-key" onClick={() => press(key)}>
          {key}
        </button>
      ))}
    </fieldset>
  )
}
