import type { ReplyPart } from '../engine.js'

/** A stream of parts that yields what it is fed, and what it was fed before somebody asked. */
export interface PartFeed {
  readonly source: AsyncIterable<ReplyPart>
  push(part: ReplyPart): void
  /** No more comes; with an error the stream fails. */
  end(error?: Error): void
}

type Result = IteratorResult<ReplyPart>

export function createPartFeed(): PartFeed {
  const fed: (() => Promise<Result>)[] = []
  const asking: ((result: Promise<Result>) => void)[] = []

  function give(make: () => Promise<Result>): void {
    const ask = asking.shift()
    if (ask === undefined) fed.push(make)
    else ask(make())
  }

  return {
    source: {
      [Symbol.asyncIterator]: () => ({
        next: () => fed.shift()?.() ?? new Promise<Result>(resolve => asking.push(resolve)),
      }),
    },
    push: part => give(() => Promise.resolve({ done: false, value: part })),
    end: error =>
      give(() =>
        error === undefined ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(error),
      ),
  }
}
