import { vendors } from '@parley/providers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readEnvironment } from '../config/environment.js'
import { resolveConfig } from '../config/resolve.js'
import { createLog } from '../log/log.js'
import { openSims, type RunningSims } from './open-sims.js'
import { simVendors } from './sim-vendors.js'

const resolved = (env: NodeJS.ProcessEnv) => resolveConfig(readEnvironment(env, '/nonexistent'))
const { config } = resolved({})
const log = createLog({ config, out: { write: () => true }, err: { write: () => true } })

describe('simulated vendors', () => {
  let running: RunningSims
  beforeAll(async () => {
    running = await openSims({ names: [], port: 0, behaviour: {}, log })
  })
  afterAll(() => running.close())

  it('are all there that have an address, under their names in the registry', () => {
    const movable = vendors.filter(({ baseUrl }) => baseUrl !== undefined).map(({ name }) => name)
    expect(simVendors.map(({ name }) => name).sort()).toEqual([...movable].sort())
    expect(
      running.sims.map(({ sim, vendor }) => [vendor.name, sim.name]).filter(([one, other]) => one !== other),
    ).toEqual([])
  })

  it('are led to by variables that are a good configuration', () => {
    const { problems } = resolved(Object.fromEntries(running.variables))
    expect(problems).toEqual([])
    for (const { baseUrl, key } of vendors) {
      if (baseUrl === undefined) continue
      const names = running.variables.map(([name]) => name)
      expect(names).toContain(baseUrl.env)
      if (key?.required) expect(names).toContain(key.env)
    }
  })

  it('have ports of their own, each always the same', () => {
    const places = simVendors.map(({ place }) => place)
    expect(new Set(places).size).toBe(places.length)
  })
})
