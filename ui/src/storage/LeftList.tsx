import { EntityLink } from '~/app/EntityLink'
import type { Left } from '~/api/types'
import { When } from '~/shared/When'

/** Every place remembers what left it, and where to. */
export function LeftList({ left }: { left: readonly Left[] }) {
  if (left.length === 0) return <p className="soft" style={{ margin: 0 }}>Nothing has left yet. What is moved or taken out is listed here with where it went.</p>
  return (
    <div className="table-wrap">
      <table className="table">
        <thead>
          <tr><th scope="col">Place</th><th scope="col">What</th><th scope="col">Where to</th><th scope="col">When</th></tr>
        </thead>
        <tbody>
          {left.map((one, index) => (
            <tr key={`${one.entity}/${one.at}/${index}`}>
              <td className="mono">{one.slot}</td>
              <td><EntityLink entity={one.entity}>{one.occupant_label}</EntityLink></td>
              <td>{one.to || 'Taken out'}</td>
              <td className="soft"><When at={one.at} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
