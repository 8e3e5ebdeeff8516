/** What is wrong with the text, each a button that leads to its place. */
import { usePageWords } from '../i18n/language.js'
import type { AgentProblem } from './agent-types.js'
import { words as table } from './words.js'

interface ProblemListProps {
  readonly problems: readonly AgentProblem[]
  /** Whether they are of another text than the present one. */
  readonly checking: boolean
  readonly goTo: (problem: AgentProblem) => void
}

export function ProblemList({ problems, checking, goTo }: ProblemListProps) {
  const words = usePageWords(table).problems
  return (
    <section className="agent-problems" aria-labelledby="agent-problems-heading" aria-busy={checking}>
      <h3 id="agent-problems-heading">
        {words.heading}
        {problems.length > 0 && <span className="agent-count">{problems.length}</span>}
      </h3>
      {problems.length === 0 ? (
        <p className="hint" role="status">
          {checking ? words.checking : words.none}
        </p>
      ) : (
        <ol>
          {problems.map(problem => (
            <li key={`${problem.line}:${problem.column} ${problem.message}`}>
              <button type="button" data-level={problem.level} onClick={() => goTo(problem)}>
                <span className="agent-problem-place">
                  {words[problem.level]} · {words.at(problem.line, problem.column)}
                </span>
                <span>{problem.message}</span>
                {problem.hint !== undefined && <span className="agent-problem-hint">→ {problem.hint}</span>}
              </button>
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}
