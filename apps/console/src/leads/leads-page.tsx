import { usePageWords } from '../i18n/language.js'
import type { PageProps } from '../pages/pages.js'
import { PageFrame } from '../ui/page-frame.js'
import { words } from './words.js'

export function LeadsPage(_: PageProps) {
  const { heading } = usePageWords(words)
  return <PageFrame title={heading}>{null}</PageFrame>
}
