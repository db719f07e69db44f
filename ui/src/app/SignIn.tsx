import { Button, Code, PasswordInput } from '@mantine/core'
import { useEffect, useState, type FormEvent } from 'react'
import { base } from '~/api/client'
import { signIn, whySignedOut } from '~/api/session'
import { Note } from '~/shared/states'
import css from './SignIn.module.css'

/** Tries the token before it is kept, so that a slip is told here and not by every page. */
async function isAccepted(token: string): Promise<string> {
  try {
    const answer = await fetch(`${base}/system`, { headers: { Authorization: `Bearer ${token}` } })
    if (answer.ok) return ''
    return answer.status === 401 || answer.status === 403
      ? 'This token is not accepted. Copy the whole line of the token file.'
      : `The server answered ${answer.status}. Try again in a moment.`
  } catch {
    return 'TracSeq cannot be reached. Is it running?'
  }
}

export default function SignIn() {
  const [value, setValue] = useState('')
  const [problem, setProblem] = useState('')
  const [trying, setTrying] = useState(false)
  const why = whySignedOut()
  useEffect(() => {
    document.title = 'Sign in · TracSeq'
  }, [])
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const given = value.trim()
    if (given === '') return setProblem('Paste the token first.')
    setTrying(true)
    const refused = await isAccepted(given)
    setTrying(false)
    if (refused) setProblem(refused)
    else signIn(given)
  }
  return (
    <main className={css.place}>
      <form className={css.card} onSubmit={(event) => void submit(event)} noValidate>
        <div className={css.brand}>
          <img src="/favicon.svg" alt="" width={34} height={34} />
          TracSeq
        </div>
        <h1>Sign in</h1>
        {why && <Note tone="warn">{why}</Note>}
        <PasswordInput
          label="Operator token"
          description="One line, from the file operator.token in the data directory."
          value={value}
          onChange={(event) => setValue(event.currentTarget.value)}
          error={problem || undefined}
          autoComplete="current-password"
          name="token"
          data-scan-field
          autoFocus
        />
        <Button type="submit" loading={trying}>
          Sign in
        </Button>
        <p className={css.help}>
          On the machine that runs TracSeq, <Code>tools/start</Code> prints an address that signs you in by itself.
        </p>
      </form>
    </main>
  )
}
