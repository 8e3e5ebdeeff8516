import type { PollyOptions } from './options.js'
import type { Patience } from './patient.js'
import type { PollyClient, PollySdk, PollyVoice } from './polly.js'
import type { SpeechText } from './speech-text.js'

export interface SpokenStream {
  readonly piece: SpeechText
  readonly voice: PollyVoice
  readonly options: PollyOptions
  readonly waiting: Patience
}

/** The sound of a text over `StartSpeechSynthesisStream`; returns what it costs in characters. */
export async function* spokenStream(
  { sdk, client }: { readonly sdk: PollySdk; readonly client: PollyClient },
  { piece, voice, options, waiting }: SpokenStream,
): AsyncGenerator<Uint8Array, number, void> {
  waiting.wait('answer', options.answerTimeoutMs)
  async function* actions() {
    yield { TextEvent: { Text: piece.text, TextType: piece.type, FlushStreamConfiguration: { Force: true } } }
    yield { CloseStreamEvent: {} }
  }
  const command = new sdk.StartSpeechSynthesisStreamCommand({
    ...voice,
    OutputFormat: 'pcm',
    SampleRate: String(options.sampleRate),
    ActionStream: actions(),
  })
  const { EventStream } = await client.send(command, { abortSignal: waiting.signal })
  let characters: number | undefined
  for await (const { AudioEvent, StreamClosedEvent } of EventStream ?? []) {
    waiting.wait('go on', options.idleTimeoutMs)
    if (AudioEvent?.AudioChunk !== undefined) yield AudioEvent.AudioChunk
    if (StreamClosedEvent !== undefined) characters = StreamClosedEvent.RequestCharacters ?? 0
  }
  if (characters === undefined) throw new Error('the stream ended before it was complete')
  return characters
}
