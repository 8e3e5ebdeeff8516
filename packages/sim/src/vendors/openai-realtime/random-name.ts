/** Letters and digits, as the vendor's ids have them. */
export function randomName(random: () => number, length: number): string {
  let name = ''
  while (name.length < length) name += Math.floor(random() * 36).toString(36)
  return name
}
