/** Names of days, months and time zones, whole and shortened, English and Spanish; they hold a date together. */

const wholeMonths =
  'january february march april may june july august september october november december ' +
  'enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre'
const shortMonths = 'jan feb mar apr jun jul aug sep sept oct nov dec ene abr ago set dic'
const wholeDays =
  'monday tuesday wednesday thursday friday saturday sunday lunes martes miércoles jueves viernes sábado domingo'
const shortDays = 'mon tue tues wed thu thur thurs fri sat sun lun mié jue vie sáb dom'

const months = new Set(`${wholeMonths} ${shortMonths}`.split(' '))
const days = new Set(`${wholeDays} ${shortDays}`.split(' '))
const short = new Set(`${shortMonths} ${shortDays}`.split(' '))
const zones = new Set('et ct pt est edt cst cdt mst mdt pst pdt gmt utc bst cet cest art'.split(' '))

export function isMonth(word: string): boolean {
  return months.has(word.toLowerCase())
}

export function isDay(word: string): boolean {
  return days.has(word.toLowerCase())
}

/** In capitals only: `et` is a word, too. */
export function isZone(word: string): boolean {
  return word === word.toUpperCase() && zones.has(word.toLowerCase())
}

/** A day or a month that is written short, and so has a stop: `Nov.`, `sáb.` */
export function isShortDate(word: string): boolean {
  return short.has(word.toLowerCase())
}
