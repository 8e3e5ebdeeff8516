/** Which column means what, by its name in English or Spanish. */

export interface LeadColumns {
  readonly phone: number
  readonly name?: number
  readonly timeZone?: number
  /** All others, by the name they have in the file. */
  readonly others: readonly (readonly [number, string])[]
}

const names = {
  phone: [
    'phone',
    'phone number',
    'telephone',
    'mobile',
    'cell',
    'number',
    'telefono',
    'numero',
    'movil',
    'celular',
    'tel',
    'numero de telefono',
  ],
  name: ['name', 'full name', 'nombre', 'nombre completo', 'contact', 'contacto'],
  timeZone: ['time zone', 'timezone', 'tz', 'zona horaria', 'huso horario'],
}

/** Undefined when no column is a phone's. */
export function readColumns(header: readonly string[]): LeadColumns | undefined {
  const plain = header.map(plainName)
  const find = (known: readonly string[]) => plain.findIndex(each => known.includes(each))
  const phone = find(names.phone)
  if (phone < 0) return undefined
  const [name, timeZone] = [find(names.name), find(names.timeZone)]
  const others = header.flatMap((text, index) =>
    [phone, name, timeZone].includes(index) || text.trim() === '' ? [] : [[index, text.trim()] as const],
  )
  return { phone, ...(name < 0 ? {} : { name }), ...(timeZone < 0 ? {} : { timeZone }), others }
}

function plainName(text: string): string {
  const bare = text.normalize('NFD').replace(/[\u0300-\u036f\ufeff]/g, '')
  return bare
    .toLowerCase()
    .replace(/[_\-.]+/g, ' ')
    .trim()
}

/** Of `,`, `;` and tab, the one that the first line has most of outside of quotes. */
export function separatorOf(firstLine: string): string {
  const bare = firstLine.replace(/"[^"]*"/g, '')
  const counts = [',', ';', '\t'].map(each => [each, bare.split(each).length] as const)
  return counts.reduce((best, each) => (each[1] > best[1] ? each : best))[0]
}
