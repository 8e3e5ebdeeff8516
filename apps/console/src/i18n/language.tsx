/** The language of the page: the person's choice, else the browser's, else English. Remembered where that is allowed. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import { english, type Messages } from './english.js'
import { spanish } from './spanish.js'

export const languages = { en: english, es: spanish } as const
export type Language = keyof typeof languages

const STORAGE_KEY = 'parley.language'

interface LanguageState {
  readonly language: Language
  readonly messages: Messages
  readonly choose: (language: Language) => void
}

const LanguageContext = createContext<LanguageState | undefined>(undefined)

export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const [language, choose] = useState(firstLanguage)
  useEffect(() => {
    document.documentElement.lang = language
    remember(language)
  }, [language])
  const state = useMemo(() => ({ language, messages: languages[language], choose }), [language])
  return <LanguageContext value={state}>{children}</LanguageContext>
}

export function useLanguage(): LanguageState {
  const state = useContext(LanguageContext)
  if (state === undefined) throw new Error('useLanguage needs a LanguageProvider above it')
  return state
}

/** The page's words. */
export function useMessages(): Messages {
  return useLanguage().messages
}

/** Words of one page, which are loaded with it. */
export function usePageWords<Words>(words: Readonly<Record<Language, Words>>): Words {
  return words[useLanguage().language]
}

function isLanguage(value: string | null): value is Language {
  return value === 'en' || value === 'es'
}

function firstLanguage(): Language {
  const remembered = recall()
  if (isLanguage(remembered)) return remembered
  const wanted = navigator.languages.map(tag => tag.slice(0, 2).toLowerCase())
  return wanted.find(isLanguage) ?? 'en'
}

/** Storage may be forbidden by the browser; the page then simply forgets. */
function recall(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY)
  } catch {
    return null
  }
}

function remember(language: Language): void {
  try {
    localStorage.setItem(STORAGE_KEY, language)
  } catch {
    // As above: nothing is lost but the memory of a choice.
  }
}
