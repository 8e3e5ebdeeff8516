/** The languages of the bundled espeak-ng data, and which of its voices speaks a BCP 47 tag. */

/** Every tag espeak-ng 1.52 has a voice for, as it spells them; a test compares them with the data. */
export const espeakLanguages: readonly string[] = (
  'af am an ar as az ba be bg bn bpy bs ca ca-ba ca-nw ca-va cmn cmn-latn-pinyin cs cv cy da de el en en-029 ' +
  'en-gb-scotland en-gb-x-gbclan en-gb-x-gbcwmd en-gb-x-rp en-us en-us-nyc eo es es-419 et eu fa fa-latn fi fo fr ' +
  'fr-be fr-ch ga gd gn grc gu hak haw he hi hr ht hu hy hyw ia id io is it ja jbo ka kaa kk kl kn ko kok ku ky la lb ' +
  'lfn lt ltg lv mi mk ml mr ms mt mto my nb nci ne nl nog om or pa pap piqd pl pt pt-br py qdb qu quc qya ro ru ru-cl ' +
  'ru-lv sd shn si sjn sk sl smj sq sr sv sw ta te th ti tk tn tr tt ug uk ur uz vi vi-vn-x-central vi-vn-x-south xex yue'
).split(' ')

/** Tags whose voice has another name. */
const aliases: Readonly<Record<string, string>> = {
  no: 'nb',
  nn: 'nb',
  zh: 'cmn',
  'zh-hk': 'yue',
  'zh-mo': 'yue',
  'en-au': 'en',
  'en-gb': 'en-gb-x-rp',
}

/** Regions whose Spanish is that of Spain; all others speak as Latin America does. */
const castilian = new Set(['es', 'es-es', 'es-ea', 'es-ic', 'es-gq'])

/** The voice for a language: its own, else that of its longest known prefix. Undefined if there is none. */
export function voiceForLanguage(language: string): string | undefined {
  const tag = language.toLowerCase().replaceAll('_', '-')
  if (tag.startsWith('es-') && !castilian.has(tag)) return 'es-419'
  const parts = tag.split('-')
  for (let length = parts.length; length > 0; length--) {
    const prefix = parts.slice(0, length).join('-')
    const voice = aliases[prefix] ?? prefix
    if (espeakLanguages.includes(voice)) return voice
  }
  return undefined
}
