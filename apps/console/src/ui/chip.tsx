/** A word of state: its colour only repeats what it says. */
export type ChipTone = 'plain' | 'good' | 'bad'

export function Chip({ tone = 'plain', text }: { readonly tone?: ChipTone; readonly text: string }) {
  return (
    <span className="chip" data-tone={tone}>
      {text}
    </span>
  )
}
