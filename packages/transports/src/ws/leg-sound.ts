/** How sound comes and goes on a leg, as its hello asks for it: over a socket both ways are coded into its messages. */
import type { Opus } from '@parley/audio'
import type { AudioFormat, Hello } from '@parley/protocol'
import { type AudioIn, openAudioIn } from './audio-in.js'
import { type AudioOut, openAudioOut } from './audio-out.js'
import { agreedFormat, type OpusManner } from './opus-manner.js'

export interface LegSound {
  /** As agreed. */
  readonly input: AudioFormat
  readonly output: AudioFormat
  readonly audioIn: AudioIn
  readonly audioOut: AudioOut
}

/** @throws ParleyError `bad_message` for a format that this edge has not. */
export type OpenSound = (hello: Hello) => Promise<LegSound>

export interface SocketSoundOptions {
  readonly opus: Opus
  readonly opusManner: OpusManner
  /** Rate at which sessions listen, Hz. */
  readonly listenRate: number
}

export function createSocketSound({ opus, opusManner, listenRate }: SocketSoundOptions): OpenSound {
  return async hello => {
    const input = agreedFormat(hello.input, opusManner)
    const output = agreedFormat(hello.output, opusManner)
    const audioIn = await openAudioIn(input, opus, listenRate)
    const audioOut = await openAudioOut(output, opus, opusManner).catch(thrown => {
      audioIn.close()
      throw thrown
    })
    return { input, output, audioIn, audioOut }
  }
}
