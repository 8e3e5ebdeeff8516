/** What is wrong with the settings a context or stream begins with; undefined where nothing is. */
export function wrongSettings(settings: unknown): string | undefined {
  if (settings === undefined || settings === null) return undefined
  const ranges: Readonly<Record<string, readonly [number, number]>> = {
    stability: [0, 1],
    similarity_boost: [0, 1],
    style: [0, 1],
    speed: [0.7, 1.2],
  }
  for (const [name, value] of Object.entries(settings)) {
    const range = ranges[name]
    if (range === undefined && name !== 'use_speaker_boost') return `no such voice setting: ${name}`
    if (range !== undefined && value !== null && !(Number(value) >= range[0] && Number(value) <= range[1]))
      return `${name} must be between ${range[0]} and ${range[1]}`
  }
  return undefined
}
