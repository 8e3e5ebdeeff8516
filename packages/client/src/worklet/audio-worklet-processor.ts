/**
 * Runs on the audio thread: wraps capture and playout as AudioWorklet processors. Outside an AudioWorklet it does
 * nothing. All behaviour is in the modules it joins, which know nothing of worklets.
 */
import { type Capture, createCapture } from '../audio/capture.js'
import { createPlayout, type Playout } from '../audio/playout.js'
import { createDebugReport } from './debug-report.js'
import {
  CAPTURE_PROCESSOR,
  type CaptureMessage,
  type CaptureSettings,
  PLAYOUT_PROCESSOR,
  type PlayoutCommand,
  type PlayoutSettings,
} from './messages.js'

interface WorkletScope {
  readonly sampleRate: number
  readonly currentFrame: number
  readonly AudioWorkletProcessor: new () => { readonly port: MessagePort }
  registerProcessor(name: string, processor: unknown): void
  /** Set by a gateway that was asked to. */
  readonly AUDIO_WORKLET_DEBUG?: boolean
}

interface NodeOptions<Settings> {
  readonly processorOptions: Settings
}

function register(scope: WorkletScope): void {
  // biome-ignore lint/suspicious/noConsole: there is no other way out for who debugs the audio thread
  const print = scope.AUDIO_WORKLET_DEBUG === true ? (line: string) => console.debug(line) : undefined

  scope.registerProcessor(
    CAPTURE_PROCESSOR,
    class extends scope.AudioWorkletProcessor {
      readonly #capture: Capture
      readonly #debug = createDebugReport(CAPTURE_PROCESSOR, scope.sampleRate, print)
      #frames = 0
      #open = true

      constructor({ processorOptions }: NodeOptions<CaptureSettings>) {
        super()
        this.#capture = createCapture({
          contextRate: scope.sampleRate,
          ...processorOptions,
          emit: (samples, levelDbfs) => {
            this.#frames++
            this.port.postMessage({ samples, levelDbfs } satisfies CaptureMessage, [samples.buffer])
          },
        })
        this.port.onmessage = () => {
          this.#open = false
        }
      }

      process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
        const count = outputs[0]?.[0]?.length ?? 128
        if (this.#open) this.#capture.process(inputs[0] ?? [], count)
        this.#debug.rendered(count, () => `${this.#frames} frames sent, ${scope.sampleRate} Hz`)
        return this.#open
      }
    },
  )

  scope.registerProcessor(
    PLAYOUT_PROCESSOR,
    class extends scope.AudioWorkletProcessor {
      readonly #playout: Playout
      readonly #debug = createDebugReport(PLAYOUT_PROCESSOR, scope.sampleRate, print)
      #underruns = 0
      #open = true

      constructor({ processorOptions }: NodeOptions<PlayoutSettings>) {
        super()
        this.#playout = createPlayout({
          contextRate: scope.sampleRate,
          ...processorOptions,
          report: report => {
            if (report.kind === 'underrun') this.#underruns++
            this.port.postMessage(report)
          },
        })
        this.port.onmessage = (event: MessageEvent<PlayoutCommand>) => this.#obey(event.data)
      }

      #obey(command: PlayoutCommand): void {
        const playout = this.#playout
        if (command.kind === 'push') playout.push(command.samples)
        else if (command.kind === 'begin') playout.begin(command.reply, command.fromMs)
        else if (command.kind === 'end') playout.end(command.reply, command.totalMs)
        else if (command.kind === 'clear') playout.clear(command.reply)
        else if (command.kind === 'duck') playout.duck(command.on)
        else if (command.kind === 'latency') playout.setLatency(command.ms)
        else {
          command satisfies { kind: 'stop' }
          this.#open = false
        }
      }

      process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
        const output = outputs[0]?.[0]
        if (output !== undefined && this.#open) this.#playout.render(output, scope.currentFrame)
        this.#debug.rendered(output?.length ?? 128, () => {
          const { bufferedSamples } = this.#playout
          return `${bufferedSamples} samples wait (${bufferedSamples * 2} bytes), ${this.#underruns} gaps`
        })
        return this.#open
      }
    },
  )
}

const scope = globalThis as unknown as Partial<WorkletScope>
if (scope.registerProcessor !== undefined && scope.AudioWorkletProcessor !== undefined) {
  register(scope as WorkletScope)
}
