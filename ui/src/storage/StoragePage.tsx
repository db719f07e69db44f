import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useAsOf } from '~/api/moment'
import { useMayChange } from '~/app/Banners'
import { Icon } from '~/app/icons'
import { later } from '~/shared/later'
import { Page } from '~/shared/Page'
import { Empty, Loaded } from '~/shared/states'
import { unitsQuery } from './api'
import { StorageTree } from './StorageTree'

const AddUnitDialog = later(() => import('./AddUnitDialog'))

export default function StoragePage() {
  const asOf = useAsOf()
  const mayChange = useMayChange()
  const query = useQuery(unitsQuery('root', asOf))
  const [adding, setAdding] = useState(false)
  const add = mayChange && (
    <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setAdding(true)}>
      Add storage
    </Button>
  )
  return (
    <Page title="Storage" actions={add}>
      <div className="panel">
        <Loaded query={query} lines={6}>
          {(units) =>
            units.length > 0 ? (
              <StorageTree units={units} />
            ) : (
              <Empty title={asOf ? 'There was no storage yet' : 'No storage yet'} actions={mayChange && <Button onClick={() => setAdding(true)}>Add the first freezer</Button>}>
                Storage is a tree: a freezer holds shelves or racks, a rack holds boxes, a box holds tubes at A1, A2 and so on.
              </Empty>
            )
          }
        </Loaded>
      </div>
      {adding && <AddUnitDialog siblings={query.data?.map((unit) => unit.name) ?? []} onClose={() => setAdding(false)} />}
    </Page>
  )
}
