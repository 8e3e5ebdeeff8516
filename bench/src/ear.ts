/**
 * The ear: how soon it hears a voice begin, how often for nothing, how it knows the agent's own voice, what it costs.
 *
 *   npx tsc -b bench && node bench/dist/ear.js [onsets] [echo] [cost] [--set tune|hold-out] [--verbose]
 *
 * Onset delays count from the arrival of the 20 ms frame with the labelled onset to that of the frame that says so;
 * `start…` is the same for `speech-start`. `already` are onsets in noise that was taken for voice before. Speakers and
 * sounds are split into those the ear was tuned on and those held out, see ear/sounds.ts.
 */
import { cpus, loadavg } from 'node:os'
import { loadVoiceActivity } from '@parley/audio/node'
import { measureCosts } from './ear/costs.js'
import { echoCases, measureEcho } from './ear/echoes.js'
import { conditions, measureDelays, measureNoise, measureTraps } from './ear/onsets.js'
import { beds, type Side } from './ear/sounds.js'

const activity = await loadVoiceActivity()
const words = process.argv.slice(2)
const verbose = words.includes('--verbose')
const set = words[words.indexOf('--set') + 1]
const sides: readonly Side[] = (['tune', 'hold-out'] as const).filter(
  side => !words.includes('--set') || side === set,
)
const wanted = (part: string) =>
  !['onsets', 'echo', 'cost'].some(any => words.includes(any)) || words.includes(part)

const processors = cpus()
console.log(
  `${processors.length} × ${processors[0]?.model}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`,
)
console.log(`node bench/dist/ear.js ${words.join(' ')}`)

if (wanted('onsets')) {
  console.table(
    sides.flatMap(side => conditions.map(condition => measureDelays(activity, side, condition, verbose))),
  )
  console.table([
    ...beds.flatMap(bed => [-44, -34, -24].map(levelDb => measureNoise(activity, bed, levelDb))),
    ...sides.flatMap(side =>
      ([undefined, 'office', 'pink'] as const).map(bed => measureTraps(activity, side, bed, verbose)),
    ),
  ])
}

if (wanted('echo')) {
  console.table(sides.flatMap(side => echoCases.map(echo => measureEcho(activity, side, echo, verbose))))
}

if (wanted('cost')) console.table([...measureCosts(activity, 16000), ...measureCosts(activity, 8000)])
