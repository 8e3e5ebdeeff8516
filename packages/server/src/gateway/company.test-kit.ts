/** A real session in virtual time with a company around it, and devices that write down all they are given. */
import { loadResampling } from '@parley/audio'
import type { CloseReason, Inbox, Transport } from '@parley/core'
import { createTicker } from '@parley/core'
import { SimConversation, type SimConversationOptions, type SimReply, VirtualClock } from '@parley/sim'
import { type CompanyMessage, createCompany, type DeviceLine, type Seat } from '@parley/transports'

export const RATE = 16_000

export interface PlayedFrame {
  readonly reply: string
  readonly fromMs: number
  readonly atMs: number
  readonly samples: Int16Array
}

/** What a socket would be. */
export class TestDevice implements DeviceLine {
  readonly name: string | undefined
  readonly hears: 'agent' | 'both'
  readonly frames: PlayedFrame[] = []
  readonly messages: CompanyMessage[] = []
  /** Kinds of everything it was told, in order; sound as `sound`, once in a row. */
  readonly told: string[] = []
  closedBy: CloseReason | undefined
  inbox: Inbox | undefined
  failure: Error | undefined
  readonly transport: Transport

  constructor(clock: VirtualClock, name?: string, hears: 'agent' | 'both' = 'agent') {
    this.name = name
    this.hears = hears
    const write = (what: string) => {
      if (this.failure !== undefined) throw this.failure
      if (what !== 'sound' || this.told.at(-1) !== 'sound') this.told.push(what)
    }
    this.transport = {
      ...{ aheadMs: 200, pathMs: 100, reportsPlayed: false, rewinds: false, outputRate: RATE },
      open: inbox => {
        this.inbox = inbox
      },
      play: ({ samples, atMs: fromMs }, reply) => {
        write('sound')
        this.frames.push({ reply, fromMs, atMs: clock.now(), samples: samples.slice() })
      },
      clear: reply => write(`clear ${reply}`),
      duck: on => write(`duck ${on}`),
      send: event => write(event.kind),
      close: reason => {
        this.inbox = undefined
        if (reason !== 'taken-over') this.closedBy = reason
      },
    }
  }

  tell(message: CompanyMessage): void {
    this.messages.push(message)
    this.told.push(message.type)
  }

  last<Type extends CompanyMessage['type']>(type: Type) {
    return this.messages.findLast(message => message.type === type) as
      | Extract<CompanyMessage, { type: Type }>
      | undefined
  }

  ofReply(reply: string): PlayedFrame[] {
    return this.frames.filter(frame => frame.reply === reply)
  }
}

export const tenWords: SimReply = {
  thinkMs: 50,
  paceMs: 10,
  words: 'one two three four five six seven eight nine ten'.split(' ').map(text => ({ text, ms: 300 })),
}

export async function openCompany(options: SimConversationOptions & { mostDevices?: number } = {}) {
  const clock = new VirtualClock()
  let drawn = 0
  let dealt = 0
  const company = createCompany({
    clock,
    ticker: createTicker(clock),
    ids: { next: prefix => `${prefix}_${++dealt}` },
    resampling: await loadResampling(),
    outputRate: RATE,
    mostDevices: options.mostDevices ?? 8,
    tookOver: () => `tok_${++drawn}`,
  })
  const talk = await SimConversation.create({
    clock,
    answer: () => tenWords,
    recognise: () => ({ text: 'hello there', delayMs: 60 }),
    ...options,
    taps: [company.tap, ...(options.taps ?? [])],
  })
  company.around(talk.session)
  const first = new TestDevice(clock, 'Laptop')
  const seat = company.begin({ line: first, subject: 'ana' })
  await talk.session.start(first.transport)

  function join(as: 'listener' | 'controller' | 'speaker', device = new TestDevice(clock)) {
    const { seat: taken, token } = company.join({ line: device, subject: 'ana', as, mayTakeOver: true })
    return { device, seat: taken, token }
  }

  /** As a socket that breaks: the leg is told, and the seat is free. */
  function lose(device: TestDevice, lost: Seat): void {
    const { inbox } = device
    lost.leave()
    inbox?.closed('lost')
  }

  /** The speaker comes back on another socket. */
  function back() {
    const device = new TestDevice(clock, 'Laptop')
    const again = company.back(device, 'ana')
    talk.session.attach(device.transport)
    return { device, seat: again }
  }

  /** Frames of the caller's sound for `ms`, through whoever is the speaker. */
  async function sound(device: TestDevice, ms: number, level: number): Promise<void> {
    for (let done = 0; done < ms; done += 20) {
      device.inbox?.audio({ samples: new Int16Array(RATE / 50).fill(level), rate: RATE, atMs: done })
      await clock.advance(20)
    }
  }

  return { talk, clock, company, first, seat, join, lose, back, sound, drawn: () => drawn }
}
