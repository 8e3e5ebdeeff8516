/**
 * Where the page's sound goes, and choosing another loudspeaker for it: by the context where the browser can (Chrome, Edge),
 * else through an audio element, which costs what that holds (Firefox, Safari from 18.4), else not at all.
 */

export interface SoundOutput {
  /** What players are connected to. */
  readonly node: AudioNode
  /** Undefined where the browser cannot choose; rejects where there is no such device. Empty is the system's choice. */
  readonly choose: ((deviceId: string) => Promise<void>) | undefined
  /** An element for sound that does not come by the context, at the chosen loudspeaker until `let go`. */
  element(): HTMLAudioElement
  letGo(element: HTMLAudioElement): void
  /** Has the elements play that the browser kept silent. */
  resume(): void
  close(): void
}

type Sink = { setSinkId?(deviceId: string): Promise<void> }
type SinkElement = HTMLAudioElement & Sink

export function createSoundOutput(
  context: AudioContext & Sink,
  createElement: () => SinkElement = () => new Audio(),
): SoundOutput {
  const node = context.createGain()
  const elements = new Set<SinkElement>()
  let chosen = ''
  let through: { readonly element: SinkElement; readonly to: AudioNode } | undefined
  node.connect(context.destination)

  function letGo(element: SinkElement): void {
    elements.delete(element)
    element.pause()
    element.srcObject = null
  }

  function route(to: AudioNode): void {
    node.disconnect()
    node.connect(to)
  }

  async function chooseByElement(deviceId: string): Promise<void> {
    if (deviceId === '') {
      route(context.destination)
      if (through !== undefined) letGo(through.element)
      through = undefined
      return
    }
    const element = through?.element ?? createElement()
    await element.setSinkId?.(deviceId)
    if (through !== undefined) return
    const stream = context.createMediaStreamDestination()
    through = { element, to: stream }
    element.srcObject = stream.stream
    elements.add(element)
    route(stream)
    play(element)
  }

  async function choose(deviceId: string): Promise<void> {
    if (context.setSinkId === undefined) await chooseByElement(deviceId)
    else await context.setSinkId(deviceId)
    chosen = deviceId
    for (const element of elements) if (element !== through?.element) await element.setSinkId?.(deviceId)
  }

  return {
    node,
    choose: context.setSinkId !== undefined || hasElementSinks() ? choose : undefined,
    element() {
      const element = createElement()
      elements.add(element)
      // One that is gone by now leaves it at the system's choice.
      if (chosen !== '') element.setSinkId?.(chosen).catch(() => {})
      return element
    },
    letGo,
    resume() {
      for (const element of elements) if (element.paused) play(element)
    },
    close() {
      for (const element of [...elements]) letGo(element)
      node.disconnect()
    },
  }
}

/** Refused while the browser wants a gesture; `resume` tries again at the next one. */
function play(element: HTMLAudioElement): void {
  element.play().catch(() => {})
}

function hasElementSinks(): boolean {
  const { HTMLMediaElement: Element } = globalThis as { HTMLMediaElement?: { readonly prototype: object } }
  return Element !== undefined && 'setSinkId' in Element.prototype
}
