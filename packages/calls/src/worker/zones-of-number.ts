/** The clocks that somebody with a number may live by. */

import { countryOf } from '../phone-number.js'

/**
 * For countries so wide that no hour suits all of them, the clocks most people there live by. A lead with a time zone of its
 * own is never looked up here.
 */
const wide: Readonly<Record<string, readonly string[]>> = {
  US: ['America/New_York', 'America/Chicago', 'America/Denver', 'America/Los_Angeles'],
  CA: ['America/Halifax', 'America/Toronto', 'America/Winnipeg', 'America/Edmonton', 'America/Vancouver'],
  BR: ['America/Sao_Paulo', 'America/Manaus', 'America/Rio_Branco'],
  MX: ['America/Mexico_City', 'America/Hermosillo', 'America/Tijuana', 'America/Cancun'],
  CL: ['America/Santiago'],
  AU: ['Australia/Sydney', 'Australia/Brisbane', 'Australia/Adelaide', 'Australia/Perth'],
  NZ: ['Pacific/Auckland'],
  RU: ['Europe/Moscow', 'Asia/Yekaterinburg', 'Asia/Novosibirsk', 'Asia/Vladivostok'],
  ID: ['Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura'],
  CN: ['Asia/Shanghai'],
  FR: ['Europe/Paris'],
  PT: ['Europe/Lisbon', 'Atlantic/Azores'],
  ES: ['Europe/Madrid', 'Atlantic/Canary'],
}
const byPrefix: readonly (readonly [string, string])[] = [
  ['+1907', 'America/Anchorage'],
  ['+1808', 'Pacific/Honolulu'],
  ['+34922', 'Atlantic/Canary'],
  ['+34928', 'Atlantic/Canary'],
]

/** IANA names, at least one: `UTC` for numbers without a country. */
export function zonesOfNumber(phone: string): readonly string[] {
  const known = byPrefix.find(([prefix]) => phone.startsWith(prefix))
  if (known) return [known[1]]
  const country = countryIn(phone)
  if (country === undefined) return ['UTC']
  return wide[country] ?? zonesOfCountry(country)
}

function countryIn(phone: string): string | undefined {
  try {
    return countryOf(phone)
  } catch {
    return undefined
  }
}

/** Node knows them by its own tables; the name of the method differs by version. */
function zonesOfCountry(country: string): readonly string[] {
  const locale = new Intl.Locale('und', { region: country }) as Intl.Locale & {
    readonly timeZones?: readonly string[]
    getTimeZones?(): readonly string[]
  }
  const zones = locale.getTimeZones?.() ?? locale.timeZones ?? []
  return zones.length === 0 ? ['UTC'] : zones
}
