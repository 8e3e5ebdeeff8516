/** Phones of any language in the letters of the International Phonetic Association, as shapes of the mouth. */
import type { Viseme } from './viseme.js'

/** Letters by shape; nasal, long or stressed ones look alike. Rounded front vowels look like the back ones. */
const letters: readonly (readonly [Viseme, string])[] = [
  ['PP', 'pbmɓʙɸβ'],
  ['FF', 'fvɱʋⱱ'],
  ['TH', 'θð'],
  ['DD', 'tdʈɖɗɾɽ'],
  ['nn', 'nlɳɲŋɴɭʎʟɫɬɮɺ'],
  ['kk', 'kgɡqɢɠxɣχʁcɟʄʛ'],
  ['CH', 'ʃʒɕʑʂʐɧ'],
  ['SS', 'sz'],
  ['RR', 'rɹʀɻɚɝ'],
  ['aa', 'aɑæɐʌɶ'],
  ['E', 'eɛεəɘɜœøɤɞ'],
  ['I', 'iɪɨjʝʏ'],
  ['O', 'oɔɒɵ'],
  ['U', 'uʊɯyʉwɥʍɰ'],
]

const shapeOf = new Map<string, Viseme>(
  letters.flatMap(([shape, all]) => [...all].map(letter => [letter, shape] as const)),
)

/** A stop that opens into a hiss is seen as the hiss. */
const affricates = /[td]͡?([szʃʒɕʑʂʐ])/g

/**
 * Shapes of one phone, or of a row of them, in order; equal neighbours once. Marks of stress, length and tone do not
 * matter. None: it has no shape of its own (h, sounds of the throat, letters that are not known) and is said with the
 * mouth of its neighbour. Text without any letter is a pause: `sil`.
 */
export function visemesOfIpa(phone: string): readonly Viseme[] {
  const plain = phone
    .normalize('NFD')
    .replace(/c\u0327/g, 's')
    .replace(affricates, '$1')
  const found: Viseme[] = []
  for (const letter of plain) {
    const shape = shapeOf.get(letter)
    if (shape !== undefined && found.at(-1) !== shape) found.push(shape)
  }
  return found.length > 0 || /[^\P{L}ˈˌː]/u.test(plain) ? found : ['sil']
}
