import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ModelCatalogue } from './catalogue.js'
import { receiptOf } from './pull-model.js'

export interface ListedModel {
  readonly name: string
  readonly title: string
  /** BCP 47; empty where only the folder is known. */
  readonly languages: readonly string[]
  readonly state: 'installed' | 'begun' | 'absent'
  /** Where it is, or would be. */
  readonly path: string
  /** Of all its files, where that is known. */
  readonly sizeBytes: number | undefined
}

/** Every model of the catalogue, and others that were pulled into the folder. */
export async function listModels(catalogue: ModelCatalogue, folder: string): Promise<ListedModel[]> {
  const names: string[] = await readdir(folder).catch(() => [])
  const known = catalogue.models.map(async ({ name, title, languages, files }): Promise<ListedModel> => {
    const path = join(folder, name)
    const receipt = await receiptOf(path)
    const sizes = (receipt?.files ?? files).map(({ sizeBytes }) => sizeBytes)
    return {
      name,
      title,
      languages,
      path,
      state: receipt !== undefined ? 'installed' : names.includes(`.pull-${name}`) ? 'begun' : 'absent',
      sizeBytes: sum(sizes),
    }
  })
  const others = names
    .filter(name => !name.startsWith('.') && !catalogue.models.some(each => each.name === name))
    .map(async (name): Promise<ListedModel[]> => {
      const path = join(folder, name)
      const receipt = await receiptOf(path)
      if (receipt === undefined) return []
      const sizeBytes = sum(receipt.files.map(each => each.sizeBytes))
      return [{ name, title: name, languages: [], path, state: 'installed', sizeBytes }]
    })
  return [...(await Promise.all(known)), ...(await Promise.all(others)).flat()]
}

function sum(sizes: readonly (number | undefined)[]): number | undefined {
  return sizes.reduce((all, size) => (all === undefined || size === undefined ? undefined : all + size), 0)
}
