/** What is done to one agent: its text while it is written, and what the gateway is asked to do with it. */
import { useState } from 'react'
import { askGateway } from '../history/stored.js'
import { pathTo } from '../route.js'
import { type Sent, send } from '../ui/send.js'
import { type AgentDetail, agentPath } from './agent-types.js'
import type { Words } from './words.js'

/** Somebody else saved meanwhile. */
export interface EditConflict {
  readonly message: string
  readonly version: number
  readonly yaml: string
}

export interface AgentWork {
  readonly detail: AgentDetail
  /** What is in the editor. */
  readonly yaml: string
  /** What the editor is to hold; another object replaces it. */
  readonly text: { readonly yaml: string }
  readonly dirty: boolean
  readonly busy: boolean
  readonly fault: string | undefined
  readonly done: string | undefined
  readonly conflict: EditConflict | undefined
  write(yaml: string): void
  /** Another text in the editor, which is not saved by that. */
  replace(yaml: string): void
  /** The version; undefined where it could not be saved, which is told. */
  save(note: string): Promise<number | undefined>
  saveAndPublish(note: string): Promise<void>
  publish(version: number): Promise<void>
  withdraw(): Promise<void>
  remove(): Promise<void>
  /** Out of a conflict: with their text, or to save mine after theirs. */
  takeTheirs(): void
  keepMine(): void
}

interface Told {
  readonly fault?: string
  readonly done?: string
  readonly conflict?: EditConflict
}

export function useAgentWork(beginning: AgentDetail, token: string, words: Words): AgentWork {
  const first = beginning.yaml ?? ''
  const { name } = beginning
  const [detail, setDetail] = useState(beginning)
  const [base, setBase] = useState(beginning.latest?.version ?? 0)
  const [saved, setSaved] = useState(first)
  const [yaml, setYaml] = useState(first)
  const [text, setText] = useState({ yaml: first })
  const [busy, setBusy] = useState(false)
  const [told, setTold] = useState<Told>({})

  async function look(): Promise<AgentDetail | undefined> {
    const asked = await askGateway<AgentDetail>(agentPath(name), {
      token,
      signal: new AbortController().signal,
    })
    if (asked.kind !== 'here') return undefined
    setDetail(asked.value)
    return asked.value
  }

  /** One thing at a time, with what came of it. */
  async function doing<Value>(act: () => Promise<Sent<Value>>, done?: string): Promise<Sent<Value>> {
    setBusy(true)
    setTold({})
    const sent = await act()
    const now = await look()
    setBusy(false)
    if (sent.ok) setTold(done === undefined ? {} : { done })
    else if (sent.code === 'conflict' && now?.latest !== undefined && now.latest.version !== base)
      setTold({ conflict: { message: sent.message, version: now.latest.version, yaml: now.yaml ?? '' } })
    else setTold({ fault: sent.message })
    return sent
  }

  async function save(note: string): Promise<number | undefined> {
    const what = yaml
    const body = { yaml: what, base, ...(note.trim() === '' ? {} : { note: note.trim() }) }
    const sent = await doing(() =>
      send<{ readonly version: number }>({ method: 'PUT', path: agentPath(name), token, body }),
    )
    if (!sent.ok) return undefined
    setBase(sent.value.version)
    setSaved(what)
    return sent.value.version
  }

  async function publish(version: number): Promise<void> {
    const body = { version, instead: detail.published ?? null }
    const path = agentPath(name, '/publish')
    await doing(() => send({ method: 'POST', path, token, body }), words.editor.published(version))
  }

  function replace(next: string): void {
    setYaml(next)
    setText({ yaml: next })
  }

  return {
    detail,
    yaml,
    text,
    busy,
    dirty: yaml !== saved || (beginning.inForce === 'none' && base === 0),
    fault: told.fault,
    done: told.done,
    conflict: told.conflict,
    write: setYaml,
    replace,
    save,
    publish,
    async saveAndPublish(note) {
      const known = yaml === saved && detail.latest !== undefined ? detail.latest.version : undefined
      const version = known ?? (await save(note))
      if (version !== undefined) await publish(version)
    },
    async withdraw() {
      const body = detail.published === undefined ? {} : { instead: detail.published }
      const path = agentPath(name, '/unpublish')
      await doing(() => send({ method: 'POST', path, token, body }), words.editor.withdrawn)
    },
    async remove() {
      setBusy(true)
      const sent = await send({ method: 'DELETE', path: agentPath(name), token })
      setBusy(false)
      if (!sent.ok) return setTold({ fault: sent.message })
      // Nothing is unsaved of what is gone.
      setSaved(yaml)
      location.hash = pathTo('agents')
    },
    takeTheirs() {
      if (told.conflict === undefined) return
      setBase(told.conflict.version)
      setSaved(told.conflict.yaml)
      replace(told.conflict.yaml)
      setTold({})
    },
    keepMine() {
      if (told.conflict !== undefined) setBase(told.conflict.version)
      setTold({})
    },
  }
}
