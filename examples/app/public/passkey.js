// Asks the browser for a passkey and sends its answer with the form.
for (const form of document.querySelectorAll('form[data-passkey]'))
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const options = JSON.parse(form.dataset.options)
    try {
      const credential =
        form.dataset.passkey === 'create'
          ? await navigator.credentials.create({
              publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
            })
          : await navigator.credentials.get({
              publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
            })
      form.elements.credential.value = JSON.stringify(credential)
      form.submit()
    } catch {
      form.querySelector('[role=alert]').textContent = 'The browser has no passkey to use here.'
    }
  })
