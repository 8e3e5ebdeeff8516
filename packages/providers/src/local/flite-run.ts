/**
 * Runs the flite program (WASI preview 1) in memory: arguments in, standard output and written files out, no file system
 * and no network. The program keeps state and cannot be run twice, so each run has a new instance of the one compiled
 * module; the next ones are made ready while nobody waits.
 */

/** What one run wrote: file contents by name. */
export interface FliteRun {
  readonly stdout: string
  readonly files: ReadonlyMap<string, Uint8Array>
}

export interface FliteProgram {
  /** Runs to the end. Throws when the program traps or exits with an error. */
  run(args: readonly string[], files?: Readonly<Record<string, string>>): FliteRun
  /** Makes the instances of the next runs. */
  prepare(): void
}

const errno = { ok: 0, badFile: 8, noEntry: 44, noSeek: 70 } as const
const fileType = { characters: 2, folder: 3, regular: 4 } as const
const STDOUT = 1
const FOLDER = 3
/** Largest file a run may write: ten minutes of speech. */
const LARGEST_FILE_BYTES = 20_000_000

/** A piece of speech takes two runs; an instance is 17 MB. */
const SPARES = 2

/** Thrown by `proc_exit` to leave the program. */
class Exit extends Error {
  readonly status: number
  constructor(status: number) {
    super(`exit ${status}`)
    this.status = status
  }
}

interface OpenFile {
  readonly name: string
  bytes: Uint8Array
  length: number
  at: number
}

interface Context {
  args: readonly Uint8Array[]
  readonly inputs: Map<string, Uint8Array>
  readonly written: Map<string, OpenFile>
  readonly open: Map<number, OpenFile>
  nextHandle: number
  memory: WebAssembly.Memory | undefined
}

interface Instance {
  readonly context: Context
  start(): void
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export function fliteProgram(module: WebAssembly.Module): FliteProgram {
  const spares: Instance[] = []
  return {
    prepare() {
      while (spares.length < SPARES) spares.push(instantiate(module))
    },
    run(args, files = {}) {
      const { context, start } = spares.pop() ?? instantiate(module)
      context.args = ['flite', ...args].map(arg => encoder.encode(`${arg}\0`))
      for (const [name, text] of Object.entries(files)) context.inputs.set(name, encoder.encode(text))
      try {
        start()
      } catch (error) {
        if (!(error instanceof Exit)) throw error
        if (error.status !== 0) throw new Error(`flite ended with status ${error.status}`, { cause: error })
      }
      const written = new Map<string, Uint8Array>()
      for (const [name, file] of context.written) written.set(name, file.bytes.subarray(0, file.length))
      return { stdout: decoder.decode(written.get('stdout')), files: written }
    },
  }
}

function instantiate(module: WebAssembly.Module): Instance {
  const context: Context = {
    args: [],
    inputs: new Map(),
    written: new Map(),
    open: new Map(),
    nextHandle: FOLDER + 1,
    memory: undefined,
  }
  const stdout = newFile('stdout')
  context.written.set('stdout', stdout)
  context.open.set(STDOUT, stdout)
  context.open.set(2, newFile('stderr'))
  const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: wasi(context) })
  const { memory, _start: start } = instance.exports
  if (!(memory instanceof WebAssembly.Memory) || typeof start !== 'function') {
    throw new Error('this is not the flite program')
  }
  context.memory = memory
  return { context, start: () => void start() }
}

function newFile(name: string, bytes: Uint8Array = new Uint8Array(0)): OpenFile {
  return { name, bytes, length: bytes.length, at: 0 }
}

/** The thirteen calls that flite makes. */
function wasi(context: Context): WebAssembly.ModuleImports {
  const bytes = () => new Uint8Array(context.memory?.buffer ?? new ArrayBuffer(0))
  const view = () => new DataView(context.memory?.buffer ?? new ArrayBuffer(0))
  return {
    ...argumentCalls(context, bytes, view),
    ...folderCalls(context, bytes, view),
    ...fileCalls(context, bytes, view),
    // The program only measures itself by the clock.
    clock_time_get(_clock: number, _precision: bigint, into: number) {
      view().setBigUint64(into, 0n, true)
      return errno.ok
    },
    proc_exit(status: number) {
      throw new Exit(status)
    },
  }
}

function argumentCalls(context: Context, bytes: () => Uint8Array, view: () => DataView) {
  return {
    args_sizes_get(count: number, size: number) {
      view().setUint32(count, context.args.length, true)
      view().setUint32(
        size,
        context.args.reduce((sum, arg) => sum + arg.length, 0),
        true,
      )
      return errno.ok
    },
    args_get(pointers: number, buffer: number) {
      let at = buffer
      for (const [index, arg] of context.args.entries()) {
        view().setUint32(pointers + 4 * index, at, true)
        bytes().set(arg, at)
        at += arg.length
      }
      return errno.ok
    },
  }
}

function folderCalls(context: Context, bytes: () => Uint8Array, view: () => DataView) {
  return {
    fd_prestat_get(handle: number, into: number) {
      if (handle !== FOLDER) return errno.badFile
      view().setUint32(into, 0, true)
      view().setUint32(into + 4, 1, true)
      return errno.ok
    },
    fd_prestat_dir_name(_handle: number, into: number, _length: number) {
      bytes()[into] = '/'.charCodeAt(0)
      return errno.ok
    },
    path_open(
      _folder: number,
      _lookup: number,
      path: number,
      pathLength: number,
      flags: number,
      _rights: bigint,
      _inherited: bigint,
      _fdFlags: number,
      into: number,
    ) {
      const name = decoder.decode(bytes().slice(path, path + pathLength))
      const creates = (flags & 1) !== 0
      const input = context.inputs.get(name)
      if (!creates && input === undefined) return errno.noEntry
      const file = newFile(name, creates ? undefined : input)
      if (creates) context.written.set(name, file)
      const handle = context.nextHandle++
      context.open.set(handle, file)
      view().setUint32(into, handle, true)
      return errno.ok
    },
  }
}

function fileCalls(context: Context, bytes: () => Uint8Array, view: () => DataView) {
  const each = (vectors: number, count: number, run: (part: Uint8Array) => number): number => {
    let total = 0
    for (let index = 0; index < count; index++) {
      const start = view().getUint32(vectors + 8 * index, true)
      const length = view().getUint32(vectors + 8 * index + 4, true)
      total += run(bytes().subarray(start, start + length))
    }
    return total
  }
  return {
    fd_close: (handle: number) => (context.open.delete(handle) ? errno.ok : errno.badFile),
    fd_fdstat_set_flags: () => errno.ok,
    fd_fdstat_get(handle: number, into: number) {
      if (handle !== FOLDER && handle !== 0 && !context.open.has(handle)) return errno.badFile
      const type = handle === FOLDER ? fileType.folder : handle < 3 ? fileType.characters : fileType.regular
      view().setUint8(into, type)
      view().setUint16(into + 2, 0, true)
      view().setBigUint64(into + 8, 0xffff_ffff_ffff_ffffn, true)
      view().setBigUint64(into + 16, 0xffff_ffff_ffff_ffffn, true)
      return errno.ok
    },
    fd_read(handle: number, vectors: number, count: number, into: number) {
      const file = context.open.get(handle)
      const total = each(vectors, count, part => {
        const data = file?.bytes.subarray(file.at, Math.min(file.length, file.at + part.length))
        if (file === undefined || data === undefined) return 0
        part.set(data)
        file.at += data.length
        return data.length
      })
      view().setUint32(into, total, true)
      return errno.ok
    },
    fd_write(handle: number, vectors: number, count: number, into: number) {
      const file = context.open.get(handle)
      if (file === undefined) return errno.badFile
      view().setUint32(
        into,
        each(vectors, count, part => append(file, part)),
        true,
      )
      return errno.ok
    },
    fd_seek(handle: number, offset: bigint, whence: number, into: number) {
      const file = context.open.get(handle)
      if (file === undefined || handle < FOLDER) return errno.noSeek
      file.at = Number(offset) + (whence === 0 ? 0 : whence === 1 ? file.at : file.length)
      view().setBigUint64(into, BigInt(file.at), true)
      return errno.ok
    },
  }
}

function append(file: OpenFile, part: Uint8Array): number {
  const end = file.at + part.length
  if (end > LARGEST_FILE_BYTES) throw new Error('flite wrote more than it may')
  if (end > file.bytes.length) {
    const grown = new Uint8Array(Math.max(end, file.bytes.length * 2, 4_096))
    grown.set(file.bytes)
    file.bytes = grown
  }
  file.bytes.set(part, file.at)
  file.at = end
  file.length = Math.max(file.length, end)
  return part.length
}
