/** Transcribe wants a language with its region: the one that is usual where a session names none. */

const usual: Readonly<Record<string, string>> = {
  ar: 'ar-SA',
  ca: 'ca-ES',
  cs: 'cs-CZ',
  da: 'da-DK',
  de: 'de-DE',
  el: 'el-GR',
  en: 'en-US',
  es: 'es-US',
  fi: 'fi-FI',
  fr: 'fr-FR',
  he: 'he-IL',
  hi: 'hi-IN',
  id: 'id-ID',
  it: 'it-IT',
  ja: 'ja-JP',
  ko: 'ko-KR',
  nl: 'nl-NL',
  no: 'no-NO',
  pl: 'pl-PL',
  pt: 'pt-BR',
  ro: 'ro-RO',
  ru: 'ru-RU',
  sv: 'sv-SE',
  th: 'th-TH',
  tr: 'tr-TR',
  uk: 'uk-UA',
  vi: 'vi-VN',
  zh: 'zh-CN',
}

/** Of a BCP 47 tag. A tag with a region passes in the vendor's spelling; an unknown one is the vendor's to refuse. */
export function languageCode(tag: string): string {
  const [language = '', ...rest] = tag.split(/[-_]/)
  const region = rest.find(part => /^[a-z]{2}$/i.test(part))
  const plain = language.toLowerCase()
  return region === undefined ? (usual[plain] ?? plain) : `${plain}-${region.toUpperCase()}`
}
