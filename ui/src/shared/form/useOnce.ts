import { useRef } from 'react'
import { asProblem } from '~/api/problem'
import { randomUuid } from '~/api/uuid'

/**
 * Sends a form under one key until it is answered. Where the answer was lost, the next press of the same form is a
 * repeat, and is done once; after an answer, or with other words in it, it is a command of its own.
 */
export function useOnce() {
  const open = useRef<{ key: string; of: string } | null>(null)
  return async <T>(form: unknown, send: (key: string) => Promise<T>): Promise<T> => {
    const of = JSON.stringify(form)
    if (open.current?.of !== of) open.current = { key: randomUuid(), of }
    try {
      const answer = await send(open.current.key)
      open.current = null
      return answer
    } catch (error) {
      if (!asProblem(error).retryable) open.current = null
      throw error
    }
  }
}
