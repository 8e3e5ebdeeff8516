import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const check = (script: string) => {
  const path = fileURLToPath(new URL(`../../../scripts/${script}`, import.meta.url))
  const { status, stderr } = spawnSync(process.execPath, [path, '--check'], { encoding: 'utf8' })
  return { status, stderr }
}

it('the pages of settings and errors are what the tables say', () => {
  expect(check('generate-docs.mjs')).toEqual({ status: 0, stderr: '' })
})

it('the audio program for a CDN is the one that the gateway serves', () => {
  expect(check('generate-worklet.mjs')).toEqual({ status: 0, stderr: '' })
})
