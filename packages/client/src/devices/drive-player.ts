/** Has a player do what the gateway says, and tells the gateway what was heard. */
import { ClientError } from '../client-error.js'
import type { VoiceClient, VoiceEvents } from '../voice-types.js'
import type { Player } from './player.js'

/** While it `applies`; returns how to stop, which leaves the player open. */
export function drivePlayer(
  client: Pick<VoiceClient, 'on' | 'played'>,
  player: Player,
  applies: () => boolean,
): () => void {
  function on<Name extends keyof VoiceEvents>(
    name: Name,
    act: (event: VoiceEvents[Name]) => void,
  ): () => void {
    return client.on(name, event => {
      if (applies()) act(event)
    })
  }

  const leave = [
    on('audio-begin', ({ reply, fromMs }) => player.begin(reply, fromMs)),
    on('audio', ({ samples }) => player.push(samples)),
    on('reply-sent', ({ reply, totalMs }) => player.end(reply, totalMs)),
    on('clear', ({ reply }) => player.clear(reply)),
    on('duck', ({ on }) => player.duck(on)),
    on('interrupting', () => player.clear()),
    on('ready', ({ resumed, output }) => {
      if (!resumed) player.clear()
      checkRate(player.sampleRate, output.sampleRate)
    }),
    client.on('state-changed', ({ state }) => {
      if (state === 'closed' || state === 'failed') player.clear()
    }),
    player.on('played', ({ reply, ms }) => {
      if (applies()) client.played(reply, ms)
    }),
  ]
  return () => {
    for (const each of leave) each()
  }
}

function checkRate(has: number, wanted: number): void {
  if (has === wanted) return
  const cure = 'make it with `sampleRate: client.ready.output.sampleRate`'
  throw new ClientError('bad-option', `The player has ${has} Hz where ${wanted} was agreed; ${cure}.`)
}
