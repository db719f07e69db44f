import type { Problem } from '~/api/problem'
import { ProblemNote } from '../states'

/** Why a form was not taken. Where no answer came, what a person wonders: may I press again? */
export function FormProblem({ problem, rest }: { problem: Problem; rest: string[] }) {
  const again = problem.code === 'unanswered' ? ['Pressing again is safe: it is done once.'] : []
  return <ProblemNote error={problem} rest={[...rest, ...again]} />
}
