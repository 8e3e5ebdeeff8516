/** What a process keeps of calls that are over, and what it does without the library. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { loadRtcLibrary } from './rtc-library.js'

/** A call between two ends of this library in one process, ended by `end`; the process has to end by itself. */
const script = (end: string) => `
  import { keepingHandlers, rtcWorld, until } from '${new URL('./rtc-peer.test-kit.js', import.meta.url).href}'
  import { openRtcPeer } from '${new URL('./rtc-peer.js', import.meta.url).href}'
  const world = await rtcWorld()
  const { kept, handlers } = keepingHandlers()
  const far = new world.library.PeerConnection('far', { iceServers: [], disableAutoNegotiation: true })
  const audio = new world.library.Audio('0', 'SendRecv')
  audio.addOpusCodec(111)
  audio.addSSRC(42, 'far', 'far', 'audio')
  const track = far.addTrack(audio)
  const channel = far.createDataChannel('oai-events')
  const other = far.createDataChannel('another')
  for (const one of [track, channel, other]) one.onClosed(() => {})
  far.onStateChange(() => {})
  const offerSdp = await new Promise(resolve => {
    far.onGatheringStateChange(state => state === 'complete' && resolve(far.localDescription().sdp))
    far.setLocalDescription('offer')
  })
  const peer = await openRtcPeer({ offerSdp, world, handlers, channelLabel: 'oai-events' })
  far.setRemoteDescription(peer.answerSdp, 'answer')
  await until(() => kept.told.includes('open'))
  peer.play({ samples: new Int16Array(480), rate: 24000, atMs: 0 })
  const closeFar = () => [track, channel, other, far].forEach(one => one.close())
  ${end}
  await until(() => kept.ends.length > 0)
  closeFar()
  process.stdout.write(kept.ends.map(({ end }) => end).join())
`

it.each([
  ['we', 'peer.close()', 'closed'],
  ['the far end', 'closeFar()', 'gone'],
])('a process ends by itself once %s closed its calls', async (_, end, how) => {
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script(end)], {
    timeout: 25_000,
  })
  expect((await run).stdout).toBe(how)
})

it('a platform without the binary is told what to do', async () => {
  const missing = () => Promise.reject(new Error("Cannot find module '@node-datachannel/linux-arm'"))
  const failing = loadRtcLibrary(missing)
  await expect(failing).rejects.toMatchObject({ code: 'provider_missing' })
  await expect(failing).rejects.toThrow(/npm install node-datachannel/)
})
