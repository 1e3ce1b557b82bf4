(function () {
  var search = document.getElementById('search')
  if (!search) return
  var rows = Array.prototype.slice.call(document.querySelectorAll('#all tbody tr'))
  var texts = rows.map(function (row) { return row.textContent.toLowerCase() })
  var prefixes = rows.map(function (row) {
    var parts = row.querySelector('th').textContent.split('/')
    var bits = bitsOf(parts[0])
    return bits && { size: bits.length, start: bits.slice(0, Number(parts[1])) }
  })
  var found = document.getElementById('found')
  function digits(value, base, length) {
    var text = parseInt(value, base).toString(2)
    return new Array(length - text.length + 1).join('0') + text
  }
  function bitsOf(text) {
    if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) {
      var bytes = text.split('.')
      return bytes.every(function (byte) { return byte < 256 }) ? bytes.map(function (byte) { return digits(byte, 10, 8) }).join('') : ''
    }
    if (!/^[0-9a-f:]*:[0-9a-f:]*$/.test(text)) return ''
    var sides = text.split('::')
    var groups = sides.map(function (side) { return side === '' ? [] : side.split(':') })
    var missing = 8 - groups[0].length - (groups[1] || []).length
    if (sides.length > 2 || (sides.length === 2 ? missing < 1 : missing !== 0)) return ''
    var all = groups[0].concat(sides.length === 2 ? new Array(missing + 1).join('0').split('') : [], groups[1] || [])
    return all.every(function (group) { return /^[0-9a-f]{1,4}$/.test(group) }) ? all.map(function (group) { return digits(group, 16, 16) }).join('') : ''
  }
  function filter() {
    var words = search.value.toLowerCase().split(/\s+/).filter(Boolean)
    var addresses = words.map(bitsOf)
    var count = 0
    rows.forEach(function (row, index) {
      var own = prefixes[index]
      row.hidden = !words.every(function (word, place) {
        var address = addresses[place]
        return texts[index].indexOf(word) >= 0 || Boolean(address && own && address.length === own.size && address.indexOf(own.start) === 0)
      })
      if (!row.hidden) count += 1
    })
    found.textContent = count + ' of ' + rows.length
  }
  search.parentNode.hidden = false
  search.addEventListener('input', filter)
  filter()
})()
