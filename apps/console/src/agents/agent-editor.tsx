/** The editor of one agent, with what is wrong, its versions, and the trial beside it. */
import { useState } from 'react'
import { askGateway } from '../history/stored.js'
import { usePageWords } from '../i18n/language.js'
import { pathTo } from '../route.js'
import type { ConsoleSession } from '../session/console-session.js'
import { PageFrame } from '../ui/page-frame.js'
import { sourceOf } from './agent-list.js'
import { type AgentDetail, type AgentProblem, hasErrors } from './agent-types.js'
import { Conflict } from './conflict.js'
import { YamlEditor } from './editor/yaml-editor.js'
import { ProblemList } from './problem-list.js'
import { TryPanel } from './try-panel.js'
import { type AgentWork, useAgentWork } from './use-agent-work.js'
import { useChecked } from './use-checked.js'
import { useLeaveGuard } from './use-leave-guard.js'
import { VersionList } from './version-list.js'
import { words as table, type Words } from './words.js'

interface EditorProps {
  readonly session: ConsoleSession
  readonly beginning: AgentDetail
}

export function AgentEditor({ session, beginning }: EditorProps) {
  const words = usePageWords(table)
  const token = session.token()
  const work = useAgentWork(beginning, token, words)
  const { detail, yaml, dirty, busy } = work
  const { name } = detail
  const checked = useChecked(name, yaml, token)
  const [place, setPlace] = useState<AgentProblem>()
  const [note, setNote] = useState('')
  useLeaveGuard(dirty, words.editor.leave)
  const checking = checked.yaml !== yaml
  const bad = hasErrors(checked.problems)
  const latest = detail.latest?.version
  // What is in force already, or as the file is, need not be put in force.
  const nothingNew = !dirty && latest === detail.published

  function save(): void {
    void work.save(note).then(version => version !== undefined && setNote(''))
  }

  function load(text: string): void {
    if (!dirty || confirm(words.versions.sureLoad)) work.replace(text)
  }

  async function textOf(path: string): Promise<string | undefined> {
    const asked = await askGateway<{ readonly yaml: string }>(path, {
      token,
      signal: new AbortController().signal,
    })
    return asked.kind === 'here' ? asked.value.yaml : undefined
  }

  return (
    <PageFrame
      title={name}
      back={{ href: pathTo('agents'), text: words.editor.back }}
      actions={
        <>
          {latest !== undefined || detail.own === true ? (
            <a className="button" href={`${pathTo('agents')}?from=${encodeURIComponent(name)}`}>
              {words.editor.duplicate}
            </a>
          ) : null}
          <button type="button" className="button" disabled={busy || !dirty} onClick={save}>
            {words.editor.save}
          </button>
          <button
            type="button"
            className="button button-main"
            disabled={busy || checking || bad || nothingNew}
            onClick={() => void work.saveAndPublish(note)}
          >
            {words.editor.publish}
          </button>
        </>
      }
    >
      <p className="agent-line" role="status">
        <span>{words.editor.inForce(sourceOf(detail, words))}</span>
        <span data-unsaved={dirty}>{stateOf(work, words)}</span>
        {work.done && <span className="agent-done">{work.done}</span>}
      </p>
      {work.fault && (
        <p className="agent-fault" role="alert">
          {work.fault}
        </p>
      )}
      {work.conflict && <Conflict conflict={work.conflict} mine={yaml} work={work} />}
      {beginning.yaml === undefined && <p className="hint">{words.editor.noText}</p>}
      <div className="agent-work">
        <div className="agent-write">
          <YamlEditor
            text={work.text}
            label={words.editor.label(name)}
            loading={words.editor.loading}
            failed={words.editor.failed}
            problems={checked.problems}
            place={place}
            changed={work.write}
            save={save}
          />
          <label className="agent-note">
            <span className="unseen">{words.editor.note}</span>
            <input
              maxLength={200}
              placeholder={words.editor.note}
              value={note}
              onChange={event => setNote(event.target.value)}
            />
          </label>
          <ProblemList
            problems={checked.problems}
            checking={checking}
            goTo={problem => setPlace({ ...problem })}
          />
        </div>
        <TryPanel main={session} name={name} yaml={yaml} blocked={bad} />
        <VersionList
          detail={detail}
          yaml={yaml}
          busy={busy}
          textOf={textOf}
          load={load}
          publish={version => void work.publish(version)}
          withdraw={() => void work.withdraw()}
          remove={() => {
            if (confirm(words.versions.sureRemove)) void work.remove()
          }}
        />
      </div>
    </PageFrame>
  )
}

function stateOf({ detail, dirty }: AgentWork, words: Words): string {
  if (dirty) return words.editor.unsaved
  if (detail.latest !== undefined) return words.editor.saved(detail.latest.version)
  return detail.own === true ? words.editor.fromFile : words.editor.fresh
}
