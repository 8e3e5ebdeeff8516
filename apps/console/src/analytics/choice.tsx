/** One of a few, side by side. */
import { useId } from 'react'

interface ChoiceProps<Value extends string> {
  readonly label: string
  readonly chosen: Value
  readonly choices: readonly (readonly [Value, string])[]
  readonly choose: (value: Value) => void
}

export function Choice<Value extends string>({ label, chosen, choices, choose }: ChoiceProps<Value>) {
  const name = useId()
  return (
    <fieldset className="choice">
      <legend className="unseen">{label}</legend>
      {choices.map(([value, text]) => (
        <label key={value}>
          <input type="radio" name={name} checked={value === chosen} onChange={() => choose(value)} />
          <span>{text}</span>
        </label>
      ))}
    </fieldset>
  )
}
