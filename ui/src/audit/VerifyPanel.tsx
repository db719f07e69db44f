import { Button } from '@mantine/core'
import { Failed, Loading, Note } from '~/shared/states'
import { count } from '~/shared/words'
import { useVerify } from './api'

/** Walks the whole chain and says what it found; a problem names its place. */
export function VerifyPanel() {
  const verify = useVerify()
  const { data } = verify
  return (
    <section className="panel stack" aria-labelledby="verify">
      <div className="panel-head" style={{ margin: 0 }}>
        <h2 id="verify">Is the history whole?</h2>
        <Button size="xs" onClick={() => void verify.refetch()} loading={verify.isFetching}>Verify the chain</Button>
      </div>
      {verify.isFetching ? (
        <Loading lines={2} label="Verifying" />
      ) : verify.isError ? (
        <Failed error={verify.error} />
      ) : data ? (
        data.ok ? (
          <>
            <Note tone="good" role="status" title="Whole.">
              {` ${count(data.records, 'record')} with ${count(data.commits, 'change')} in ${count(data.partitions.length, 'partition')}: each follows from the one before.`}
            </Note>
            {data.given_up.map((one) => (
              <Note key={one.partition} tone="warn" title={`Partition ${one.partition}, record ${one.offset}:`}>{` ${one.what}`}</Note>
            ))}
          </>
        ) : (
          <Note tone="bad" title="Not whole.">
            {data.first_problem
              ? `Partition ${data.first_problem.partition}, record ${data.first_problem.offset}: ${data.first_problem.what}`
              : 'The server did not say where.'}
          </Note>
        )
      ) : (
        <p className="soft" style={{ margin: 0 }}>Each record carries the hash of all before it. A changed, missing, extra or swapped record is found, with its place.</p>
      )}
    </section>
  )
}
