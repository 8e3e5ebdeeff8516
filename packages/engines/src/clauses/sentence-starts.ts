/**
 * Words that begin a sentence rather than go on with a name, so that `the U.S. Then` is two and `the U.S. Senate` one.
 * English and Spanish, lower-case.
 */

const starts = new Set(
  (
    'the a an this that these those it he she we they you i there here then now so but and or if when while what who ' +
    'where why how in on at for from with after before as is are was do does did can could would will should please ' +
    'yes no not our your my his her their its let also however ' +
    'el la los las un una unos unas este esta esto estos estas ese esa eso aquel él ella ellos ellas nosotros yo tú ' +
    'usted ustedes hay aquí allí ahí luego después entonces ahora así pero y o si cuando mientras qué quién dónde por ' +
    'cómo cuánto en con para desde tras antes como es son era fue está están puede pueden quiere sí también además ' +
    'su sus mi mis tu se le les lo me te nos al del no'
  ).split(' '),
)

export function startsSentence(word: string): boolean {
  return starts.has(word.toLowerCase())
}
