import { systemClock } from '@parley/core'
import type { ListedModel } from '@parley/providers'
import type { Command } from 'commander'
import { resolutionOf } from './settings-of.js'
import type { Terminal } from './terminal.js'

/** `parley models`: models of local recognisers. */
export function addModelsCommand(program: Command, terminal: Terminal): void {
  const models = program.command('models').description('models of recognisers on this machine')
  models
    .command('list')
    .description('what can be pulled, and what is there')
    .option('--json', 'as one JSON document')
    .action(async ({ json }: { json?: true }) => {
      const { config } = resolutionOf(terminal)
      const { listModels, modelCatalogue } = await import('@parley/providers')
      const listed = await listModels(await modelCatalogue(config.modelCatalogue), config.modelsDir)
      if (json) return terminal.print(JSON.stringify({ folder: config.modelsDir, models: listed }, null, 2))
      for (const line of linesOf(listed)) terminal.print(line)
    })
  models
    .command('pull')
    .description('download a model, resumed where it broke off, and check it')
    .argument('<name>', 'as `parley models list` names it')
    .option('--unpinned', 'also take files whose checksum the catalogue does not know')
    .action(async (name: string, { unpinned }: { unpinned?: true }) => {
      const { config } = resolutionOf(terminal)
      const { modelCatalogue, pullModel } = await import('@parley/providers')
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
    })
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
