import './theme/layers.css'
import '@mantine/core/styles.layer.css'
import '@mantine/notifications/styles.layer.css'
import '@mantine/spotlight/styles.layer.css'
import 'virtual:theme.css'
import './theme/app.css'
import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { createRoot } from 'react-dom/client'
import { queryClient } from './api/queryClient'
import { openSession, useToken } from './api/session'
import { router } from './app/router'
import { theme } from './theme/theme'

const SignIn = lazy(() => import('./app/SignIn'))
const Toasts = lazy(() => import('./app/Toasts'))

openSession()

function Page() {
  return useToken() ? <RouterProvider router={router} /> : <SignIn />
}

const place = document.getElementById('root')
if (place)
  createRoot(place).render(
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={queryClient}>
        <Suspense>
          <Page />
        </Suspense>
      </QueryClientProvider>
      <Suspense>
        <Toasts />
      </Suspense>
    </MantineProvider>,
  )
