# The targets of the Makefile on Windows, from the folder of the book:
#   powershell -ExecutionPolicy Bypass -File make.ps1 notebooks
# It looks for a Python that the book allows; tools/make.py does the rest.
Set-Location -LiteralPath $PSScriptRoot
$env:PYTHONUTF8 = "1"
$allowed = "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))"
foreach ($candidate in "py -3.12", "py -3.13", "py -3.11", "python", "python3") {
    $words = @($candidate -split " ")
    $program = $words[0]
    $version = @($words | Select-Object -Skip 1)
    if (-not (Get-Command $program -ErrorAction SilentlyContinue)) { continue }
    & $program @version -c $allowed 2>$null
    if ($LASTEXITCODE -ne 0) { continue }
    & $program @version -m tools.make @args
    exit $LASTEXITCODE
}
Write-Host "No Python 3.11, 3.12 or 3.13 was found. Install one from python.org, or with"
Write-Host "  winget install Python.Python.3.12"
Write-Host "then open a new window and run this again."
exit 1
