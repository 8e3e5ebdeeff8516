import { describe, expect, it } from 'vitest'
import { crossCheck } from './cross-check.js'
import { readEnvironment } from './environment.js'
import { resolveConfig } from './resolve.js'

function read(env: NodeJS.ProcessEnv) {
  const { config, problems } = resolveConfig(readEnvironment(env, '/nonexistent'))
  const names = [...problems, ...crossCheck(config)].map(({ name }) => name)
  return { config, prosody: [...new Set(names.filter(name => name?.startsWith('PROSODY')))] }
}

describe('the settings of the prosody socket', () => {
  it('have the defaults that clients rely on', () => {
    expect(read({})).toMatchObject({
      config: {
        ...{ prosodyPath: '/prosody', prosodyRate: 16_000, prosodyFrameSize: 1024, prosodyHopSize: 512 },
        ...{ prosodyTotalMs: 1_800_000, prosodyPerAddress: undefined },
      },
      prosody: [],
    })
    expect(read({ PROSODY_HOP_SIZE: '256' }).prosody).toEqual([])
  })

  const wrong: [NodeJS.ProcessEnv, string][] = [
    [{ PROSODY_HOP_SIZE: '1025' }, 'PROSODY_HOP_SIZE'],
    [{ PROSODY_HOP_SIZE: '79' }, 'PROSODY_HOP_SIZE'],
    [{ PROSODY_FRAME_SIZE: '4096' }, 'PROSODY_FRAME_SIZE'],
    [{ PROSODY_SAMPLE_RATE: '7999' }, 'PROSODY_SAMPLE_RATE'],
    [{ PROSODY_WS_PATH: 'prosody' }, 'PROSODY_WS_PATH'],
    [{ PROSODY_WS_PATH: '/' }, 'PROSODY_WS_PATH'],
    [{ PROSODY_WS_PATH: '/a/../b' }, 'PROSODY_WS_PATH'],
    [{ PROSODY_IDLE_TIMEOUT: '1h' }, 'PROSODY_IDLE_TIMEOUT'],
  ]
  it.each(wrong)('are checked: %j', (env, name) => {
    expect(read(env).prosody).toEqual([name])
  })

  it('are samples at their rate', () => {
    const at48 = { PROSODY_SAMPLE_RATE: '48000' }
    expect(read({ ...at48, PROSODY_FRAME_SIZE: '3072', PROSODY_HOP_SIZE: '1536' }).prosody).toEqual([])
    expect(read({ ...at48, PROSODY_FRAME_SIZE: '512' }).prosody).toContain('PROSODY_FRAME_SIZE')
  })
})
