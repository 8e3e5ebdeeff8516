/**
 * What our adapters of voices add to the vendor's own stream.
 *
 *   npx tsc -b bench && node bench/dist/voice-stream.js [--json]
 *
 * Simulated vendors on loopback that answer at once; warm sockets; 500 clauses after 50 to warm up. The adapter's own
 * share of the time until the first sound is what passes between `speak()` and its last message out, and between the
 * message that brings the sound and the sound. Vendor and adapter share one thread: what the vendor does in between is
 * not counted, what it does meanwhile is.
 */
import { cpus, loadavg } from 'node:os'
import { cartesia, deepgram, elevenLabs, openai } from '@parley/providers'
import { openCartesiaSim, openDeepgramSim, openElevenLabsSim, openOpenAiSim } from '@parley/sim'
import { measureVoice, type VoiceCase, type VoiceFigures } from './voices/measure-voice.js'

const voices: readonly VoiceCase[] = [
  { vendor: deepgram, options: { model: 'aura-2-thalia-en' }, openSim: openDeepgramSim },
  { vendor: cartesia, options: { model: 'sonic', voice: 'v' }, openSim: openCartesiaSim },
  { vendor: elevenLabs, options: { model: 'eleven_flash_v2_5', voice: 'v' }, openSim: openElevenLabsSim },
  { vendor: openai, options: { model: 'a-realtime-model', voice: 'marin' }, openSim: openOpenAiSim },
]

const figures: VoiceFigures[] = []
for (const voice of voices) figures.push(await measureVoice(voice))

const machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  node: process.version,
  load: loadavg()[0]?.toFixed(2) ?? '',
}

if (process.argv.includes('--json')) console.log(JSON.stringify({ machine, figures }, null, 2))
else {
  console.log(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, load ${machine.load}\n`)
  console.log('voice         first sound p50   p99   added p50   p99 ms   µs a message')
  for (const { name, firstSoundMs, addedMs, usPerMessage } of figures)
    console.log(
      [
        name.padEnd(18),
        ...[firstSoundMs.p50, firstSoundMs.p99, addedMs.p50, addedMs.p99].map(ms =>
          ms.toFixed(2).padStart(9),
        ),
        usPerMessage.toFixed(1).padStart(12),
      ].join(' '),
    )
}
