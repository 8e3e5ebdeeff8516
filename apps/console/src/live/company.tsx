/** Who stands in a conversation, as all of them are told. */
import type { VoiceSnapshot } from '@parley/client'
import { usePageWords } from '../i18n/language.js'
import { Chip } from '../ui/chip.js'
import { words as table } from './words.js'

interface CompanyProps {
  readonly company: VoiceSnapshot['company']
  /** Id of this device. */
  readonly mine: string | undefined
}

export function Company({ company, mine }: CompanyProps) {
  const words = usePageWords(table)
  return (
    <section className="live-company" aria-labelledby="live-company">
      <h3 id="live-company">{words.company}</h3>
      <ul>
        {company.map(({ id, name, role, subject }) => (
          <li key={id}>
            <span>
              {name ?? subject}
              {id === mine && ` (${words.you})`}
            </span>
            <Chip tone={role === 'speaker' ? 'good' : 'plain'} text={words.roles[role]} />
          </li>
        ))}
      </ul>
    </section>
  )
}
