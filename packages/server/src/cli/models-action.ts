import { systemClock } from '@parley/core'
import { type ListedModel, listModels, modelCatalogue, pullModel } from '@parley/providers'
import { resolutionOf } from './settings-of.js'
import type { Terminal } from './terminal.js'

/** What `parley models list` does. */
export async function runModelsList(terminal: Terminal, json: boolean): Promise<void> {
  const { config } = resolutionOf(terminal)
  const listed = await listModels(await modelCatalogue(config.modelCatalogue), config.modelsDir)
  if (json) return terminal.print(JSON.stringify({ folder: config.modelsDir, models: listed }, null, 2))
  for (const line of linesOf(listed)) terminal.print(line)
}

/** What `parley models pull` does. @throws ParleyError as `pullModel` */
export async function runModelsPull(terminal: Terminal, name: string, unpinned: boolean): Promise<void> {
  const { config } = resolutionOf(terminal)
  const pulled = await pullModel({
    name,
    catalogue: await modelCatalogue(config.modelCatalogue),
    folder: config.modelsDir,
    clock: systemClock,
    fetch,
    signal: new AbortController().signal,
    ...(unpinned ? { acceptUnpinned: true } : {}),
    ...(terminal.interactive ? { onProgress: progressOn(terminal) } : {}),
  })
  terminal.print(terminal.paint.good(`${pulled.name} is in ${pulled.path}.`))
}

function linesOf(models: readonly ListedModel[]): readonly string[] {
  if (models.length === 0) return ['The catalogue is empty; PARLEY_MODEL_CATALOGUE may name another.']
  const width = Math.max(...models.map(({ name }) => name.length))
  return models.map(({ name, state, sizeBytes, languages, title }) => {
    const size = sizeBytes === undefined ? '' : `${Math.round(sizeBytes / 1_000_000)} MB`
    return `${name.padEnd(width)}  ${state.padEnd(9)}  ${size.padStart(7)}  ${languages.join(', ')}  ${title}`
  })
}

function progressOn(terminal: Terminal) {
  return ({
    file,
    receivedBytes,
    totalBytes,
  }: {
    file: string
    receivedBytes: number
    totalBytes: number | undefined
  }) => {
    const share = totalBytes === undefined ? '' : ` ${Math.floor((100 * receivedBytes) / totalBytes)} %`
    terminal.write(`\r${file}  ${Math.round(receivedBytes / 1_000_000)} MB${share}   `)
  }
}
